"""What is done with notifications: telling, and reading what was told."""

from functools import partial

from django.db import transaction
from django.utils import timezone

from notifications import catalog, gathering, preferences, tasks
from notifications.models import Channel, Delivery, Notification, Status
from portal import doorbell, live
from portal.customers.models import Customer, Touchpoint


@transaction.atomic
def tell(touchpoint: Touchpoint) -> Notification | None:
    """Tell the customer of ``touchpoint``, once: a second call changes nothing.

    None if it is of a kind that is told to nobody. Mails leave after commit.
    """
    told, customer = catalog.find(touchpoint), touchpoint.customer
    if told is None or customer is None:
        return None
    notification, is_new = Notification.objects.get_or_create(
        touchpoint=touchpoint, defaults={"customer": customer, "topic": told.topic}
    )
    if is_new:
        _hand_out(notification, told)
    return notification


def _hand_out(notification: Notification, told: catalog.Told) -> None:
    """Write one delivery for each channel that is wanted and reaches the customer."""
    customer = notification.customer
    wanted = preferences.wanted(customer, told.topic)
    if not customer.email:
        wanted = wanted - {Channel.EMAIL}
    rows = [_delivery(notification, channel) for channel in told.channels if channel in wanted]
    # What waits for others is found by the sweep: a task that waits would be lost with the broker.
    for row in Delivery.objects.bulk_create(rows):
        if row.status == Status.DUE and row.due_at <= notification.created_at:
            transaction.on_commit(partial(doorbell.ring, tasks.deliver, row.pk), robust=True)


def _delivery(notification: Notification, channel: Channel) -> Delivery:
    if channel == Channel.INBOX:
        return Delivery(
            notification=notification,
            channel=channel,
            status=Status.SENT,
            sent_at=notification.created_at,
        )
    due_at = notification.created_at + gathering.wait(notification)
    return Delivery(notification=notification, channel=channel, due_at=due_at)


def read(notification: Notification) -> None:
    """Mark one as read; again does nothing."""
    _read(notification.customer, notification.pk)


def read_all(customer: Customer) -> int:
    """Mark all in the inbox of ``customer`` as read; return how many were not."""
    return _read(customer)


def _read(customer: Customer, *only: int) -> int:
    rows = Notification.objects.of(customer).unread()
    count = (rows.filter(pk__in=only) if only else rows).update(read_at=timezone.now())
    if count:
        # The customer's other open pages lower their count too.
        live.push(live.customer_group(customer.pk), ["bell"])
    return count
