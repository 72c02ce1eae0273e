"""The room bot."""

from django.apps import AppConfig


class BotConfig(AppConfig):
    """Registers the room."""

    name = "bot"
