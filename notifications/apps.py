"""Telling the customer, the way they asked for."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """Registers the room."""

    name = "notifications"
    verbose_name = _("notifications")
