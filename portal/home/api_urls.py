"""URLs of the HTTP interface."""

from django.urls import URLPattern, URLResolver, path

from portal.home.api import api

urlpatterns: list[URLPattern | URLResolver] = [path("", api.urls)]
