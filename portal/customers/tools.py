"""Django's admin as this house has it: our own rows only, under our own name."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class ToolsSite(admin.AdminSite):
    """Takes no rows of the packages we stand on.

    Pictures and files are Wagtail's to keep; nobody reads or writes another's second factor.
    """

    site_header = _("Madoguchi: for administrators")
    site_title = _("Administration")
    index_title = _("What the desk and the CMS have no page for")

    def register(self, model_or_iterable: Any, *args: Any, **options: Any) -> None:
        """Register what is ours, and groups; leave the rest out without a word."""
        rows = [model_or_iterable] if isinstance(model_or_iterable, type) else model_or_iterable
        ours = [row for row in rows if _is_ours(row)]
        if ours:
            super().register(ours, *args, **options)


def _is_ours(model: Any) -> bool:
    return model._meta.app_label in ("customers", "shop") or model._meta.label == "auth.Group"


class ToolsConfig(AdminConfig):
    """Django's admin with our site."""

    default_site = "portal.customers.tools.ToolsSite"
