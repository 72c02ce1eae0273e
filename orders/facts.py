"""What a snapshot says that is new, as touchpoints: one for each new fact.

What is told of it is decided by `timeline` (nothing older than a day) and the rooms above.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from orders.models import Adjustment, Order, OrderEvent, effective
from orders.status import covers
from portal.customers.timeline import Fact

if TYPE_CHECKING:
    from orders.taking import Plan

# A promise that moves by less is no news to anybody.
_WORTH_TELLING = timedelta(hours=1)

_OF_EVENT = {
    "paid": "order.paid",
    "processing": "order.preparing",
    "shipped": "order.shipped",
    "in_transit": "order.in_transit",
    "out_for_delivery": "order.out_for_delivery",
    "failed_attempt": "order.delivery_failed",
    "delivered": "order.delivered",
    "undeliverable": "order.sent_back",
    "returned_to_sender": "order.sent_back",
    "cancelled": "order.cancelled",
}
_OF_ADJUSTMENT = {
    ("cancellation", "completed"): "order.cancelled",
    ("refund", "completed"): "order.refunded",
    ("refund", "pending"): "order.refund_started",
    ("return", "completed"): "order.returned",
}


def kind_of(row: OrderEvent | Adjustment) -> str:
    """Return the touchpoint kind of something that happened."""
    if isinstance(row, OrderEvent):
        return _OF_EVENT.get(row.type, "order.noted")
    return _OF_ADJUSTMENT.get((row.type, row.status), "order.noted")


def of(plan: "Plan") -> Iterator[Fact]:
    """Yield what is new in a snapshot that has been written."""
    order = plan.order
    if plan.is_new:
        yield _fact("order.placed", order, order.placed_at, total=order.total)
    for event in plan.events:
        yield _of_event(event, order, plan)
    for adjustment in plan.adjustments:
        yield from _of_adjustment(adjustment, order, plan)
    before, now = plan.promised_before, order.promised_at
    if before and now and now - before >= _WORTH_TELLING and not order.is_over:
        yield _fact(
            "order.delayed",
            order,
            timezone.now(),
            before=before.isoformat(),
            now=now.isoformat(),
        )


def _fact(kind: str, order: Order, at: Any, **data: Any) -> Fact:
    """Make the fact; one whose time nobody knows is placed with the order and told to nobody."""
    said = {"order": order.number, **{key: value for key, value in data.items() if value}}
    if at is None:
        said["undated"] = True
    return Fact(
        kind,
        "system",
        customer=order.customer,
        about=order,
        data=said,
        happened_at=at or order.placed_at,
        tell=at is not None,
    )


def _of_event(event: OrderEvent, order: Order, plan: "Plan") -> Fact:
    return _fact(
        kind_of(event),
        order,
        event.occurred_at,
        type=event.type,
        event=event.shop_id,
        note=event.description,
        carrier=event.carrier,
        tracking_number=event.tracking_number,
        tracking_url=event.tracking_url,
        partly=not covers(_lines(plan), event.lines),
    )


def _of_adjustment(adjustment: Adjustment, order: Order, plan: "Plan") -> Iterator[Fact]:
    if adjustment.request_id and adjustment.status == "failed":
        return  # told as the answer to what the customer asked (orders.cancellations)
    fact = _fact(
        kind_of(adjustment),
        order,
        adjustment.occurred_at,
        type=adjustment.type,
        state=adjustment.status,
        event=adjustment.shop_id,
        note=adjustment.description,
        amount=-adjustment.amount if adjustment.amount < 0 else 0,
        currency=order.currency,
        partly=bool(adjustment.lines) and not covers(_lines(plan), adjustment.lines),
    )
    before = [] if plan.is_new else plan.order.adjustments.all()
    # "Under way" is no news once the end is known; the history has both.
    yield replace(fact, tell=fact.tell and adjustment in effective([*before, *plan.adjustments]))


def _lines(plan: "Plan") -> list[Any]:
    return plan.lines if plan.lines is not None else list(plan.order.lines.all())
