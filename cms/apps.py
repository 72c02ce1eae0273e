"""The room cms."""

from django.apps import AppConfig


class CmsConfig(AppConfig):
    """Registers the room."""

    name = "cms"
