"""Wagtail's user pages: customers are nobody's to browse there."""

from django.db.models import QuerySet
from wagtail.users.views.users import UserViewSet

from portal.customers.models import Customer


class StaffViewSet(UserViewSet):
    """Shows and edits staff only."""

    def get_queryset(self) -> QuerySet[Customer]:
        """Return staff; a customer without a group never appears."""
        return Customer.objects.filter(is_staff=True)
