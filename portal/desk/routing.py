"""Sockets of this room."""

from typing import Any

from django.urls import path

from portal.desk.consumers import DeskConsumer

websocket_urlpatterns: list[Any] = [path("ws/desk/", DeskConsumer.as_asgi())]
