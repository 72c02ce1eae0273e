"""The customer's own pages, below the language."""

from django.urls import path

from portal.home import views

urlpatterns = [
    path("home/mine/", views.personal, name="personal"),
    path("history/", views.history, name="history"),
    path("settings/", views.settings, name="settings"),
]
