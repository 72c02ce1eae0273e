"""Sockets of this room."""

from typing import Any

from django.urls import path

from bot.consumers import ChatConsumer

websocket_urlpatterns: list[Any] = [path("ws/chat/", ChatConsumer.as_asgi())]
