"""Wagtail's user pages, for staff only: customers are nobody's to browse there."""

from typing import Any, ClassVar

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BulkActionsCheckboxColumn
from wagtail.users.forms import UserCreationForm, UserEditForm
from wagtail.users.views import users

from portal.customers import addresses
from portal.customers.models import Customer

_FIELDS = ["email", "name", "language", "is_superuser", "groups"]


def staff() -> QuerySet[Customer]:
    """Return those who belong to the shop; a customer without a group never appears."""
    return Customer.objects.filter(
        Q(is_staff=True) | Q(is_superuser=True) | Q(groups__isnull=False)
    ).distinct()


class StaffForm(forms.ModelForm):
    """What both forms share: a Customer has one name, and needs no password to sign in."""

    first_name = None
    last_name = None
    password_enabled = False

    def clean_email(self) -> str:
        """Return the address as it is stored."""
        return addresses.fold_email(self.cleaned_data["email"])

    def save(self, commit: bool = True) -> Customer:
        """Whoever is written here belongs to the shop, and signs in by code."""
        self.instance.is_staff = True
        if not self.instance.pk:
            self.instance.set_unusable_password()
        return super().save(commit)


class StaffCreationForm(StaffForm, UserCreationForm):
    """Adds somebody to the shop's staff."""

    class Meta(UserCreationForm.Meta):
        fields = _FIELDS


class StaffEditForm(StaffForm, UserEditForm):
    """Changes somebody of the shop's staff."""

    class Meta(UserEditForm.Meta):
        fields = [*_FIELDS, "is_active"]


class StaffIndexView(users.IndexView):
    """Lists staff, without the bulk actions, which would take in every customer."""

    page_title = _("Staff")
    add_item_label = _("Add somebody")

    def get_base_queryset(self) -> QuerySet[Customer]:
        """Return staff only."""
        return staff().select_related("wagtail_userprofile")

    @property
    def columns(self) -> list[Any]:
        """Return Wagtail's columns with what our people have."""
        offered = super().columns
        return [c for c in offered if not isinstance(c, BulkActionsCheckboxColumn)]

    @property
    def search_fields(self) -> set[str]:
        """Return where the search looks."""
        return {"name", "email"}

    def order_queryset(self, queryset: QuerySet[Customer]) -> QuerySet[Customer]:
        """Order by our one name."""
        if self.ordering in ("name", "-name"):
            return queryset.order_by(self.ordering)
        return super().order_queryset(queryset)


class StaffCreateView(users.CreateView):
    """Adds somebody to the staff."""

    def get_page_subtitle(self) -> str:
        """Return whom the page is about: not "Customer"."""
        return gettext("Somebody new")


class _OfStaff:
    """A view of one of the staff; anybody else is not there (404)."""

    def get_queryset(self) -> QuerySet[Customer]:
        return staff()

    get_base_object_queryset = get_queryset


class StaffEditView(_OfStaff, users.EditView):
    """Changes one of the staff."""


class StaffDeleteView(_OfStaff, users.DeleteView):
    """Removes one of the staff."""


class StaffHistoryView(_OfStaff, users.HistoryView):
    """Shows what was changed about one of the staff."""


class StaffViewSet(users.UserViewSet):
    """Shows and edits staff only."""

    menu_label = _("Staff")
    index_view_class = StaffIndexView
    add_view_class = StaffCreateView
    edit_view_class = StaffEditView
    delete_view_class = StaffDeleteView
    history_view_class = StaffHistoryView
    copy_view_enabled: ClassVar[bool] = False
    inspect_view_enabled: ClassVar[bool] = False

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:
        """Return our forms."""
        return StaffEditForm if for_update else StaffCreationForm
