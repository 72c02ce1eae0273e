"""What is told together: one mail for all that happened to one order or case at one go.

A mail waits some seconds for what else is written down with it; then the sweep finds it. Whoever
sends one takes all that waits to be said to the same person of the same thing, and nobody else
sends of it meanwhile: so mails go out in the order in which things happened, also after an hour
without a broker. The inbox is not gathered; it keeps one entry for each thing that happened.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from notifications import catalog
from notifications.models import Delivery, DeliveryQuerySet, Notification, Status
from portal.customers.models import Touchpoint

# The shop's system writes what belongs together within a second or two; nobody misses a mail of
# five seconds ago.
WAIT = timedelta(seconds=5)

# On the way of an order what comes later here says all that an earlier one had to say.
_ROAD = (
    "order.placed",
    "order.delayed",
    "order.late",
    "order.shipped",
    "order.out_for_delivery",
    "order.delivery_failed",
    "order.delivered",
)
_RANK = {kind: n for n, kind in enumerate(catalog.TOLD)}


def wait(notification: Notification) -> timedelta:
    """Return how long its mails wait for others about the same thing."""
    return WAIT if notification.touchpoint.about_id else timedelta(0)


def beside(row: Delivery) -> DeliveryQuerySet:
    """Return the deliveries that say something of the same thing to the same person as ``row``.

    Itself among them, whatever their status; what is about nothing in particular stands alone.
    """
    notification = row.notification
    touchpoint = notification.touchpoint
    if touchpoint.about_id is None:
        return Delivery.objects.filter(pk=row.pk)
    return Delivery.objects.filter(
        channel=row.channel,
        notification__customer=notification.customer_id,
        notification__topic=notification.topic,
        notification__touchpoint__about_type=touchpoint.about_type_id,
        notification__touchpoint__about_id=touchpoint.about_id,
    )


def newest_first(rows: Iterable[Delivery]) -> list[Delivery]:
    """Sort by when things happened; at the same moment the one further on its way is newer."""
    return sorted(rows, key=_place, reverse=True)


def _place(row: Delivery) -> tuple[Any, ...]:
    touchpoint = row.notification.touchpoint
    return touchpoint.happened_at, _RANK.get(touchpoint.kind, 0), row.pk


def late_for(rows: Sequence[Delivery]) -> list[Delivery]:
    """Return those of ``rows`` (about one thing) that a mail already sent has made old news.

    A shipment heard of after its delivery was mailed lies in the inbox and is mailed no more.
    """
    sent = beside(rows[0]).filter(status=Status.SENT, notification__touchpoint__kind__in=_ROAD)
    told = [row.notification.touchpoint for row in sent.with_facts()]
    return [
        row for row in rows if any(overtakes(later, row.notification.touchpoint) for later in told)
    ]


def overtakes(later: Touchpoint, earlier: Touchpoint) -> bool:
    """Tell whether whoever was told ``later`` needs no mail of ``earlier`` any more."""
    if later.kind not in _ROAD or earlier.kind not in _ROAD:
        return False
    further = _ROAD.index(later.kind) > _ROAD.index(earlier.kind)
    if not further or later.happened_at < earlier.happened_at:
        return False
    return earlier.kind == "order.placed" or _of_one_parcel(later.data, earlier.data)


def _of_one_parcel(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Tell whether two facts of an order are about the same parcel, as far as they say."""
    numbers = [data.get("tracking_number", "") for data in (one, other)]
    if one.get("partly") or other.get("partly"):
        return bool(numbers[0]) and numbers[0] == numbers[1]
    return not all(numbers) or numbers[0] == numbers[1]
