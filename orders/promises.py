"""The time an order is promised for: when it breaks, and telling the customer before they ask.

The promise is the shop's. While it says nothing new, what can honestly be said is that the promise
breaks, that we are sorry, and what the customer can do now.
"""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from orders.models import Cancellation, Order
from orders.status import NOT_ALL_LEFT, Status
from portal.customers import timeline
from portal.customers.timeline import STALE, Fact

# What has not left us half a day before the end of the promised day does not arrive on it. Of a
# promise for the day of ordering, a quarter of the time between the two counts instead.
AHEAD = timedelta(hours=12)
_SHARE = 4
# Nobody is woken by bad news; what breaks at night is told in the morning.
_DAYTIME = (time(8), time(21))


def breaks(order: Order, at: datetime | None = None) -> bool:
    """Tell whether an order does not come by the time it is promised for.

    That time is over, or it is near and something of the order has still to leave the shop. A
    carrier at the door, today or in vain, keeps the promise as far as anybody knows.
    """
    at = at or timezone.now()
    if order.promised_at is None or order.is_over or _is_at_the_door(order, at):
        return False
    margin = timedelta(0)
    if order.status in NOT_ALL_LEFT:
        margin = min(AHEAD, (order.promised_at - order.placed_at) / _SHARE)
    return order.promised_at - max(margin, timedelta(0)) <= at


def _is_at_the_door(order: Order, at: datetime) -> bool:
    if order.status == Status.ATTEMPTED:
        return True
    today = timezone.localdate(at)
    return order.status == Status.OUT_FOR_DELIVERY and any(
        event.type == "out_for_delivery"
        and event.occurred_at
        and timezone.localdate(event.occurred_at) == today
        for event in order.events.all()
    )


@transaction.atomic
def tell_late(at: datetime | None = None) -> int:
    """Record, once a promise, that it breaks at ``at`` (now); return of how many orders.

    Set-based: four queries, however many. A promise that broke more than a day ago is history.
    """
    at = at or timezone.now()
    if not _DAYTIME[0] <= timezone.localtime(at).time() < _DAYTIME[1]:
        return 0
    late = [order for order in candidates(at) if breaks(order, at)]
    Order.objects.filter(pk__in=[order.pk for order in late]).update(late_promise=F("promised_at"))
    timeline.record_many(_fact(order, at) for order in late)
    return len(late)


def candidates(at: datetime) -> QuerySet[Order]:
    """Return orders whose promise may break and has not been told of, locked (two queries)."""
    cancelling = Cancellation.objects.filter(
        order=OuterRef("pk"), state__in=("requested", "approved")
    )
    near = Q(promised_at__lte=at) | Q(promised_at__lte=at + AHEAD, status__in=NOT_ALL_LEFT)
    found = (
        Order.objects.under_way()
        .filter(near, ~Exists(cancelling), promised_at__gt=at - STALE)
        .exclude(late_promise=F("promised_at"))
        .select_related("customer")
        .prefetch_related("events")
        .order_by("pk")
    )
    return found.select_for_update(of=("self",), skip_locked=True)


def _fact(order: Order, at: datetime) -> Fact:
    promised = order.promised_at
    return Fact(
        "order.late",
        "system",
        customer=order.customer,
        about=order,
        data={
            "order": order.number,
            "promised": promised.isoformat() if promised else "",
            "missed": promised is not None and promised <= at,
        },
    )
