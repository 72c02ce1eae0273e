"""What telling holds about a customer; no address and no text, as both are looked up late."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from notifications.models import Notification, Preference
from portal.customers.privacy import Held, OnErase, register

register(
    Held(
        Notification,
        _("What we told you"),
        lambda customer: Notification.objects.of(customer),
        OnErase.DROP,
        export=("created_at", "topic", "read_at"),
        lasts=timedelta(days=365),
        dated="created_at",
    ),
    Held(
        Preference,
        _("How you want to be told"),
        lambda customer: Preference.objects.filter(customer=customer),
        OnErase.DROP,
        export=("topic", "channel", "wanted", "changed_at"),
    ),
)
