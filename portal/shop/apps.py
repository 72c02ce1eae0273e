"""The shop itself: its name, terms, hours and holidays."""

from django.apps import AppConfig


class ShopConfig(AppConfig):
    """Registers the room."""

    name = "portal.shop"
    label = "shop"
