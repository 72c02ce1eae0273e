"""URLs of this room that have no language: programs ask them, not people."""

from django.urls import URLPattern, URLResolver, path

from bot import pages, rasa_api, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("widget.js", pages.widget, name="widget"),
    path("chat/frames/", views.exchange_frames, name="chat_frames"),
    path("webhooks/rest/webhook", rasa_api.webhook),
    path("model/parse", rasa_api.parse),
]
