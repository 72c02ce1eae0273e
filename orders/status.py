"""Where an order is: one word, derived from its lines, events and adjustments by one function.

The outcome does not depend on the order in which the shop's snapshots arrived: events and
adjustments are sets, and of those that move a parcel the latest by its own time counts.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

from django.db import models
from django.utils.translation import pgettext_lazy


class Status(models.TextChoices):
    """What a customer is told about an order in one word."""

    RECEIVED = "received", pgettext_lazy("order status", "Received")
    PREPARING = "preparing", pgettext_lazy("order status", "Being prepared")
    PARTLY_SHIPPED = "partly_shipped", pgettext_lazy("order status", "Partly shipped")
    SHIPPED = "shipped", pgettext_lazy("order status", "Shipped")
    OUT_FOR_DELIVERY = "out_for_delivery", pgettext_lazy("order status", "Out for delivery")
    ATTEMPTED = "attempted", pgettext_lazy("order status", "Delivery attempted")
    DELIVERED = "delivered", pgettext_lazy("order status", "Delivered")
    RETURNED = "returned", pgettext_lazy("order status", "Sent back")
    CANCELLED = "cancelled", pgettext_lazy("order status", "Cancelled")


# How a status looks: the tone of `portal/components/_status.html`.
TONES = {
    Status.RECEIVED: "",
    Status.PREPARING: "",
    Status.PARTLY_SHIPPED: "good",
    Status.SHIPPED: "good",
    Status.OUT_FOR_DELIVERY: "good",
    Status.ATTEMPTED: "wait",
    Status.DELIVERED: "done",
    Status.RETURNED: "done",
    Status.CANCELLED: "done",
}

# Nothing has left the shop yet: the whole order can still be cancelled.
BEFORE_SHIPPING = (Status.RECEIVED, Status.PREPARING)
# Something of it has still to leave the shop.
NOT_ALL_LEFT = (*BEFORE_SHIPPING, Status.PARTLY_SHIPPED)
# Nothing more is expected to happen by itself.
OVER = (Status.DELIVERED, Status.RETURNED, Status.CANCELLED)

# Event types of UCP (`fulfillment.events[].type`) and `out_for_delivery`, in the order in which a
# parcel meets them; the place breaks ties between events of the same or of no known time.
_ROAD = (
    "shipped",
    "in_transit",
    "out_for_delivery",
    "failed_attempt",
    "undeliverable",
    "returned_to_sender",
)
_MEANS = {
    "out_for_delivery": Status.OUT_FOR_DELIVERY,
    "failed_attempt": Status.ATTEMPTED,
    "undeliverable": Status.RETURNED,
    "returned_to_sender": Status.RETURNED,
}
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class LineLike(Protocol):
    """An order line, stored or just read from a snapshot."""

    @property
    def shop_id(self) -> str: ...

    @property
    def original(self) -> int: ...

    @property
    def total(self) -> int: ...

    @property
    def fulfilled(self) -> int: ...


class EventLike(Protocol):
    """An order event, stored or just read."""

    @property
    def type(self) -> str: ...

    @property
    def occurred_at(self) -> datetime | None: ...

    @property
    def lines(self) -> list[dict[str, Any]]: ...

    @property
    def tracking_number(self) -> str: ...


class AdjustmentLike(Protocol):
    """An adjustment, stored or just read."""

    @property
    def type(self) -> str: ...

    @property
    def status(self) -> str: ...

    @property
    def lines(self) -> list[dict[str, Any]]: ...


class _Whole(NamedTuple):
    """Stands in for the lines of an order that has none."""

    shop_id: str = ""
    original: int = 1
    total: int = 1
    fulfilled: int = 0


def derive(
    lines: Sequence[LineLike],
    events: Sequence[EventLike],
    adjustments: Sequence[AdjustmentLike],
) -> Status:
    """Return where an order with these lines, events and adjustments is."""
    all_lines: Sequence[LineLike] = lines or [_Whole()]
    active = [line for line in all_lines if line.total > 0]
    moved = any(event.type in (*_ROAD, "delivered") for event in events)
    if _is_cancelled(all_lines, events, adjustments) and (not moved or not active):
        return Status.CANCELLED
    if not active:
        return Status.RETURNED if moved else Status.CANCELLED
    if all(_counted(line, events, all_lines, "delivered") >= line.total for line in active):
        return Status.DELIVERED
    shipped = [_shipped(line, events, all_lines) for line in active]
    if all(done >= line.total for done, line in zip(shipped, active, strict=True)):
        return _on_the_road(events)
    if any(shipped):
        return Status.PARTLY_SHIPPED
    preparing = any(event.type == "processing" for event in events)
    return Status.PREPARING if preparing else Status.RECEIVED


def _is_cancelled(
    lines: Sequence[LineLike],
    events: Sequence[EventLike],
    adjustments: Sequence[AdjustmentLike],
) -> bool:
    gone: list[list[dict[str, Any]]] = [
        a.lines for a in adjustments if a.type == "cancellation" and a.status == "completed"
    ]
    gone += [e.lines for e in events if e.type == "cancelled"]
    if not gone:
        return False
    return all(sum(_parts(line, parts, lines) for parts in gone) >= line.original for line in lines)


def covers(lines: Sequence[LineLike], parts: list[dict[str, Any]]) -> bool:
    """Tell whether ``parts`` ([{"id", "quantity"}]) name every line whole."""
    return all(_parts(line, parts, lines) >= line.original for line in lines)


def _parts(line: LineLike, parts: list[dict[str, Any]], lines: Sequence[LineLike]) -> int:
    """How much of ``line`` the parts name; parts that name no known line are about all of it."""
    known = {each.shop_id for each in lines}
    if not any(part["id"] in known for part in parts):
        return max(line.original, line.total)
    return sum(abs(part["quantity"]) for part in parts if part["id"] == line.shop_id)


def _counted(
    line: LineLike, events: Iterable[EventLike], lines: Sequence[LineLike], kind: str
) -> int:
    return sum(_parts(line, event.lines, lines) for event in events if event.type == kind)


def _shipped(line: LineLike, events: Sequence[EventLike], lines: Sequence[LineLike]) -> int:
    # A parcel is shipped and delivered once, but may be in transit many times.
    seen = [_parts(line, e.lines, lines) for e in events if e.type in _ROAD and e.type != "shipped"]
    once = (_counted(line, events, lines, kind) for kind in ("shipped", "delivered"))
    return max(line.fulfilled, *once, *seen, 0)


def _on_the_road(events: Sequence[EventLike]) -> Status:
    arrived = {e.tracking_number for e in events if e.type == "delivered" and e.tracking_number}
    moves = [e for e in events if e.type in _ROAD and e.tracking_number not in arrived]
    if not moves:
        return Status.SHIPPED
    last = max(moves, key=lambda e: (e.occurred_at or _LONG_AGO, _ROAD.index(e.type)))
    return _MEANS.get(last.type, Status.SHIPPED)
