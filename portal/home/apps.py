"""Pages that join the rooms below; no models."""

from django.apps import AppConfig


class HomeConfig(AppConfig):
    """Registers the room."""

    name = "portal.home"
    label = "home"
