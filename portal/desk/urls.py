"""The desk's pages. `portal.customers.doors` lets only agents in."""

from django.urls import path

from portal.desk import views

urlpatterns = [
    path("", views.desk, name="desk"),
    path("chats/<uuid:chat>/", views.desk, name="desk_chat"),
    path("chats/<uuid:chat>/about/", views.about, name="desk_about"),
    path("chats/<uuid:chat>/notes/", views.notes, name="desk_notes"),
    path("customer/<int:pk>/", views.customer, name="desk_customer"),
]
