"""URLs of orders, below the language. A number may hold what shops write: any text of one word."""

from django.urls import path

from orders import masked, views

app_name = "orders"
urlpatterns = [
    path("", views.index, name="index"),
    path("find/", views.find, name="find"),
    # Before the numbers, which may hold anything.
    path("link/<str:token>/", masked.page, name="link"),
    path("<path:number>/cancel/", views.cancel, name="cancel"),
    path("<path:number>/", views.order, name="order"),
]
