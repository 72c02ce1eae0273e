"""The room orders."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Registers the room."""

    name = "orders"
