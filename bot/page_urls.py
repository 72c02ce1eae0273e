"""The chat's pages, below the language."""

from django.urls import path

from bot import pages

urlpatterns = [
    path("", pages.page, name="chat"),
    path("frame/", pages.frame, name="chat_frame"),
    path("widget.json", pages.facts, name="chat_facts"),
]
