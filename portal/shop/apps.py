"""The shop itself: its name, terms, hours and holidays."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ShopConfig(AppConfig):
    """Registers the room."""

    name = "portal.shop"
    label = "shop"
    verbose_name = _("The shop and its hours")
