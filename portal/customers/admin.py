"""Django's admin for superusers: what the desk has no page for, and nothing that breaks a rule.

Touchpoints and proofs are read only: both are written by services.
"""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from portal.customers import addresses
from portal.customers.models import Announcement, Consent, Customer, Identity, Touchpoint


class ReadOnly(admin.ModelAdmin):
    """Rows to look at: nobody adds, changes or deletes them here."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Answer no."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Answer no."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Answer no."""
        return False


@admin.register(Customer)
class CustomerAdmin(admin.ModelAdmin):
    """Makes somebody staff; customers are merged and erased by services."""

    list_display = ("id", "email", "name", "is_staff", "is_active", "date_joined")
    list_filter = ("is_staff", "is_active", "groups")
    search_fields = ("email", "name", "kana")
    fields = ("email", "name", "kana", "language", "phone", "is_staff", "is_active", "groups")
    filter_horizontal = ("groups",)

    def save_model(self, request: HttpRequest, obj: Customer, form: Any, change: bool) -> None:
        """Keep the address as it is stored everywhere; nobody signs in with a password."""
        obj.email = addresses.fold_email(obj.email) if obj.email else None
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Answer no: `services.erase` leaves the counts and what the law keeps."""
        return False


@admin.register(Identity)
class IdentityAdmin(ReadOnly):
    """Proven addresses."""

    list_display = ("id", "customer", "kind", "value", "verified_at")
    list_select_related = ("customer",)
    search_fields = ("value",)


@admin.register(Touchpoint)
class TouchpointAdmin(ReadOnly):
    """The one history."""

    list_display = ("id", "happened_at", "kind", "channel", "customer", "visible", "announced_at")
    list_filter = ("kind", "channel")
    list_select_related = ("customer",)
    show_full_result_count = False


@admin.register(Announcement)
class AnnouncementAdmin(admin.ModelAdmin):
    """Listeners that failed: deleting a parked one gives it up, emptying `parked at` retries."""

    list_display = ("id", "listener", "attempts", "due_at", "parked_at")
    fields: ClassVar = ("parked_at", "due_at", "attempts")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Answer no."""
        return False


@admin.register(Consent)
class ConsentAdmin(ReadOnly):
    """What was agreed to, when and where."""

    list_display = ("id", "customer", "purpose", "given", "at", "channel")
    list_select_related = ("customer",)
