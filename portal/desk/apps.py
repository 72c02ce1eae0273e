"""Pages that join the rooms below; no models."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Registers the room."""

    name = "portal.desk"
    label = "desk"
