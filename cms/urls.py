"""URLs of this room besides Wagtail's, below the language."""

from django.urls import path

from cms import views

urlpatterns = [
    path("help/<str:slug>/vote/", views.vote, name="faq_vote"),
    path("products/picture/", views.product_picture, name="product_picture"),
]
