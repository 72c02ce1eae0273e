"""What the demo's customers were told in the two weeks before it opened: their inboxes.

The mails of that time are long read; none is sent now.
"""

from datetime import timedelta

from django.utils import timezone

from notifications import catalog
from notifications.models import Channel, Delivery, Notification, Status
from portal.customers.models import Touchpoint

_DAYS = 14
# What is older has been opened.
_UNREAD = timedelta(hours=36)
_OPENED_AFTER = timedelta(hours=2)


def set_up() -> None:
    """Put into each inbox what the history of two weeks would have put there."""
    now = timezone.now()
    recent = Touchpoint.objects.filter(
        kind__in=catalog.TOLD, happened_at__gt=now - timedelta(days=_DAYS), notification=None
    )
    rows = []
    for touchpoint in recent.select_related("customer").order_by("happened_at"):
        told = catalog.find(touchpoint)
        if told and touchpoint.customer and Channel.INBOX in told.channels:
            at = touchpoint.happened_at
            rows.append(
                Notification(
                    touchpoint=touchpoint,
                    customer=touchpoint.customer,
                    topic=told.topic,
                    created_at=at,
                    read_at=at + _OPENED_AFTER if at < now - _UNREAD else None,
                )
            )
    Delivery.objects.bulk_create(
        Delivery(
            notification=row,
            channel=Channel.INBOX,
            status=Status.SENT,
            due_at=row.created_at,
            sent_at=row.created_at,
        )
        for row in Notification.objects.bulk_create(rows)
    )
