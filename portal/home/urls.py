"""The customer's own pages, below the language."""

from django.urls import path

from portal.home import data, views

urlpatterns = [
    path("home/mine/", views.personal, name="personal"),
    path("history/", views.history, name="history"),
    path("settings/", views.settings, name="settings"),
    path("settings/privacy/", data.privacy_page, name="privacy"),
    path("settings/privacy/download/", data.download, name="privacy_download"),
    path("settings/privacy/erase/", data.erase, name="privacy_erase"),
]
