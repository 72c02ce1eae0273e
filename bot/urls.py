"""URLs of this room that have no language: programs ask them, not people."""

from django.urls import URLPattern, URLResolver, path

from bot import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("widget.js", pages.widget, name="widget"),
]
