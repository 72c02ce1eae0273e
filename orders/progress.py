"""An order drawn: its steps, its parcels, and what happened, for the pages."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from orders.feed import carriers
from orders.kinds import KINDS
from orders.models import Adjustment, Order, OrderEvent, OrderLine
from orders.sentences import last_event, refunded
from orders.status import Status
from portal.customers import timeline
from portal.customers.models import Touchpoint


@dataclass(frozen=True)
class Step:
    """One step of `portal/components/_progress.html`."""

    label: str
    state: str
    at: datetime | None = None
    note: str = ""


# How many steps are behind an order of each status: 1 received … 5 delivered.
_REACHED = {
    Status.RECEIVED: 1,
    Status.PREPARING: 2,
    Status.PARTLY_SHIPPED: 2,
    Status.SHIPPED: 3,
    Status.OUT_FOR_DELIVERY: 4,
    Status.ATTEMPTED: 4,
    Status.DELIVERED: 5,
}
_LAST_STEPS = (Status.SHIPPED, Status.OUT_FOR_DELIVERY, Status.DELIVERED)
_EVENT_OF_STEP = ("", "processing", "shipped", "out_for_delivery", "delivered")


def steps(order: Order) -> list[Step]:
    """Return the steps of an order: what is done, what is now, what is still to come."""
    if order.status in (Status.CANCELLED, Status.RETURNED):
        return _stopped(order)
    labels = [str(Status.RECEIVED.label), pgettext("order status", "Packing")]
    labels += [str(each.label) for each in _LAST_STEPS]
    reached = _REACHED[Status(order.status)]
    drawn = []
    for n, label in enumerate(labels, start=1):
        at = order.placed_at if n == 1 else _when(last_event(order, _EVENT_OF_STEP[n - 1]))
        drawn.append(Step(label, _state(n, reached), at if n <= reached else None))
    if order.status == Status.ATTEMPTED:
        at = _when(last_event(order, "failed_attempt"))
        drawn[3] = Step(order.get_status_display(), "problem", at)
    if order.status == Status.PARTLY_SHIPPED:
        at = _when(last_event(order, "shipped"))
        drawn[2] = Step(order.get_status_display(), "current", at)
        drawn[1] = Step(labels[1], "done", drawn[1].at)
    return drawn


def _when(happening: OrderEvent | Adjustment | None) -> datetime | None:
    return happening.occurred_at if happening else None


def _state(n: int, reached: int) -> str:
    if n < reached or reached == len(_EVENT_OF_STEP):
        return "done"
    return "current" if n == reached else "next"


def _stopped(order: Order) -> list[Step]:
    """Return the steps of an order that ended before its customer had it."""
    drawn = [Step(str(Status.RECEIVED.label), "done", order.placed_at)]
    for kind, label in (("shipped", Status.SHIPPED.label), ("delivered", Status.DELIVERED.label)):
        event = last_event(order, kind)
        if event:
            drawn.append(Step(str(label), "done", event.occurred_at))
    ends = [a for a in order.adjustments.all() if a.type in ("cancellation", "return")]
    end: OrderEvent | Adjustment | None = last_event(order, "returned_to_sender") or next(
        reversed(ends), None
    )
    drawn.append(Step(order.get_status_display(), "problem", _when(end)))
    return drawn


@dataclass
class Parcel:
    """What travels under one tracking number."""

    carrier: str
    number: str
    url: str
    events: list[OrderEvent] = field(default_factory=list)
    contents: list[str] = field(default_factory=list)


def parcels(order: Order) -> list[Parcel]:
    """Return the parcels of an order in the order in which they left."""
    found: dict[str, Parcel] = {}
    for event in order.events.all():
        if not event.tracking_number:
            continue
        carrier = carriers.find(event.carrier, event.tracking_url)
        url = (carrier.url(event.tracking_number) if carrier else "") or event.tracking_url
        parcel = found.setdefault(
            event.tracking_number,
            Parcel(carrier.name if carrier else "", event.tracking_number, url),
        )
        parcel.events.append(event)
    if len(found) > 1 or order.status == Status.PARTLY_SHIPPED:
        for parcel in found.values():
            parcel.contents = _contents(parcel, list(order.lines.all()))
    return list(found.values())


def _contents(parcel: Parcel, lines: Sequence[OrderLine]) -> list[str]:
    named = {part["id"]: part["quantity"] for e in parcel.events for part in e.lines}
    return [
        _("%(title)s × %(quantity)s")
        % {"title": line.title, "quantity": line.counted(named[line.shop_id])}
        for line in lines
        if line.shop_id in named
    ]


# The words for UCP's types of totals; any other brings its own in `display_text`.
_TOTALS = {
    "subtotal": pgettext_lazy("total", "Items"),
    "items_discount": pgettext_lazy("total", "Discount on items"),
    "discount": pgettext_lazy("total", "Discount"),
    "fulfillment": pgettext_lazy("total", "Shipping"),
    "tax": pgettext_lazy("total", "Tax"),
    "fee": pgettext_lazy("total", "Fees"),
    "total": pgettext_lazy("total", "Total"),
    "refund": pgettext_lazy("total", "Refunded"),
}


def totals(order: Order) -> list[dict[str, Any]]:
    """Return the rows of the order's totals with their labels, as the shop sorted them.

    What went back to the customer stands last; the shop's own totals do not know of it.
    """
    rows = list(order.totals)
    back = refunded(order)
    if back:
        rows.append({"type": "refund", "amount": -back})
    return [
        row | {"label": _TOTALS.get(row["type"]) or row.get("display_text") or row["type"]}
        for row in rows
    ]


@dataclass(frozen=True)
class Entry:
    """One thing that happened, for `portal/components/_timeline.html`."""

    sentence: str
    happened_at: datetime | None
    note: str = ""
    internal: bool = False


_RANK = {kind: n for n, kind in enumerate(KINDS)}


def entries(touchpoints: Sequence[Touchpoint]) -> list[Entry]:
    """Return what happened with an order, newest first.

    What has no known time stands behind what must have come before it.
    """
    return [
        Entry(
            timeline.sentence(row),
            None if row.data.get("undated") else row.happened_at,
            row.data.get("note", ""),
            internal=not row.visible,
        )
        for row in sorted(touchpoints, key=lambda row: _place(row, touchpoints), reverse=True)
    ]


def _place(row: Touchpoint, rows: Sequence[Touchpoint]) -> tuple[Any, ...]:
    at, rank = row.happened_at, _RANK.get(row.kind, 0)
    if row.data.get("undated"):
        before = (
            other.happened_at
            for other in rows
            if _RANK.get(other.kind, 0) < rank and not other.data.get("undated")
        )
        at = max(before, default=at)
    return at, rank, row.data.get("event", "")
