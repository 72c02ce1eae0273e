"""Django's admin for superusers: the shop, its hours and its closures."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from portal.shop import services
from portal.shop.models import Closure, OpeningHours, Shop


@admin.register(Shop)
class ShopAdmin(admin.ModelAdmin):
    """The one row."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Answer no: there is one shop."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Answer no."""
        return False

    def save_model(self, request: HttpRequest, obj: Shop, form: Any, change: bool) -> None:
        """Change it through the service, so that every page says the new at once."""
        services.change(**form.cleaned_data)


@admin.register(OpeningHours)
class OpeningHoursAdmin(admin.ModelAdmin):
    """When somebody is there."""

    list_display = ("weekday", "opens", "closes")


@admin.register(Closure)
class ClosureAdmin(admin.ModelAdmin):
    """Days that are not as the week and the holidays say."""

    list_display = ("day", "open", "note_ja", "note_en")
