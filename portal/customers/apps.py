"""Customers, who they are proven to be, and what happened between us."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    """Registers the room and reads every room's touchpoint kinds and what it holds of people."""

    name = "portal.customers"
    label = "customers"
    verbose_name = _("Customers and staff")

    def ready(self) -> None:
        """Find the `kinds` and `privacy` modules of each installed room."""
        autodiscover_modules("kinds", "privacy")
