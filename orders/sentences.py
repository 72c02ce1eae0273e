"""Where an order is and who acts next by when, in plain sentences of the active language.

The page, the list and the bot say the same because they all ask here. Promised times count the
shop's business hours and holidays.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from orders import eligibility, promises
from orders.feed import carriers
from orders.models import Cancellation, Order, OrderEvent, effective
from orders.status import Status
from portal.shop import formats, hours
from portal.shop import services as shop


@dataclass(frozen=True)
class Next:
    """Who acts next, by when: what `portal/components/_next.html` shows."""

    sentence: str
    by: datetime | date | None = None
    tone: str = ""
    """ "wait": the customer's turn, "bad": late, "done": nobody has to act."""


def where_is(order: Order) -> str:
    """Say where an order is, when it comes and who acts next: what the bot answers."""
    coming = arrival(order)
    step = next_step(order)
    parts = [
        _("Order %(number)s: %(status)s.")
        % {"number": order.number, "status": order.get_status_display()},
        _("%(what)s: %(when)s.") % {"what": coming.what, "when": coming.when}
        if coming.when
        else "",
        step.sentence,
        _("By %(when)s.") % {"when": formats.moment(step.by)} if step.by else "",
    ]
    return reduce(_after, filter(None, parts))


def _after(first: str, second: str) -> str:
    """Put one sentence after another: with a space in English, without one in Japanese."""
    both = pgettext("two sentences", "%(first)s %(second)s")
    return both % {"first": first, "second": second}


@dataclass(frozen=True)
class Arrival:
    """When it comes, which stands largest on the page."""

    what: str
    when: str


def arrival(order: Order) -> Arrival:
    """Return when the order comes or came, in the words of the active language."""
    if order.status in (Status.CANCELLED, Status.RETURNED):
        return Arrival(order.get_status_display(), "")
    if order.status == Status.DELIVERED:
        event = last_event(order, "delivered")
        if event and event.occurred_at:
            return Arrival(pgettext("arrival", "Delivered"), formats.near(event.occurred_at))
        return Arrival(order.get_status_display(), "")
    tried = last_event(order, "failed_attempt") if order.status == Status.ATTEMPTED else None
    if tried and tried.occurred_at:
        # The promised day is over, and the next one is the customer's to choose.
        return Arrival(order.get_status_display(), formats.near(tried.occurred_at))
    if order.promised_at is None:
        return Arrival(_("Delivery date"), _("Not known yet"))
    what = _("Was promised for") if promises.breaks(order) else _("Arrives by")
    return Arrival(what, _promised(order.promised_at))


def _promised(at: datetime) -> str:
    """Write a promised time: the day as people say it, and the hour where one was promised."""
    local = timezone.localtime(at)
    # Midnight and the last minute of a day are how systems write "that day".
    if (local.hour, local.minute) in ((0, 0), (23, 59)):
        return formats.near(at)
    return pgettext("promised time", "%(day)s, %(time)s") % {
        "day": formats.near(at),
        "time": formats.clock(at),
    }


def next_step(order: Order) -> Next:
    """Say who acts next and by when."""
    asked = next((c for c in order.cancellations.all() if c.is_open), None)
    if asked is not None and order.status != Status.CANCELLED:
        return _cancelling(asked)
    if promises.breaks(order):
        return _late(order)
    return _STEPS[Status(order.status)](order)


def _late(order: Order) -> Next:
    """Say what is late, and what the customer can do: ask, or cancel while that is possible."""
    sentence = _("It is later than we promised. We are sorry. Ask us and we look into it at once.")
    if order.status == Status.PARTLY_SHIPPED:
        sentence = _(
            "We could not ship all of it in time for the promised day. We are sorry."
            " Ask us and we look into it at once."
        )
    elif eligibility.may_cancel(order).ok:
        sentence = _(
            "We could not ship it in time for the promised day. We are sorry."
            " Ask us and we look into it at once, or cancel it at no charge."
        )
    return Next(sentence, tone="bad")


def _cancelling(asked: Cancellation) -> Next:
    if asked.state == "approved":
        return Next(_("Your cancellation is confirmed. We are sending your money back."))
    return Next(
        _("You asked us to cancel. We confirm it and then send your money back."),
        by=_still_ahead(hours.after(asked.requested_at, shop.current().reply_hours)),
    )


def _still_ahead(at: datetime) -> datetime | None:
    return at if at > timezone.now() else None


def _received(order: Order) -> Next:
    return Next(_("We have your order and get it ready. There is nothing for you to do."))


def _preparing(order: Order) -> Next:
    return Next(_("We are packing your order and then hand it to the carrier."))


def _partly_shipped(order: Order) -> Next:
    return Next(_("Part of your order is on its way. We send the rest as soon as it is ready."))


def _shipped(order: Order) -> Next:
    return Next(_("%(carrier)s is bringing it to you.") % {"carrier": carrier_name(order)})


def _out_for_delivery(order: Order) -> Next:
    return Next(
        _("%(carrier)s is on the way to your door today.") % {"carrier": carrier_name(order)}
    )


def _attempted(order: Order) -> Next:
    """The carrier keeps the parcel for some days: the customer's turn."""
    event = last_event(order, "failed_attempt")
    carrier = carriers.find(event.carrier, event.tracking_url) if event else None
    until = None
    if event and event.occurred_at and carrier:
        until = timezone.localdate(event.occurred_at) + timedelta(days=carrier.keeps_days)
    sentence = _("Nobody was there to take it. Please arrange a new delivery with %(carrier)s.")
    return Next(sentence % {"carrier": carrier_name(order)}, by=until, tone="wait")


def _delivered(order: Order) -> Next:
    event = last_event(order, "delivered")
    days = shop.current().return_days
    if event and event.occurred_at:
        last = timezone.localdate(event.occurred_at) + timedelta(days=days)
        if last >= timezone.localdate():
            return Next(
                _("Is anything wrong? You can return it until %(day)s.")
                % {"day": formats.day(last)},
                tone="done",
            )
    return Next(_("Nothing is left to do. Enjoy it."), tone="done")


def _returned(order: Order) -> Next:
    event = last_event(order, "returned_to_sender") or last_event(order, "undeliverable")
    if event is None or refunded(order):
        return _closed(order, _("It is back with us. There is nothing for you to do."))
    reply = shop.current().reply_hours
    by = _still_ahead(hours.after(event.occurred_at, reply)) if event.occurred_at else None
    return Next(_("The parcel is coming back to us. We write to you about what to do."), by=by)


def _cancelled(order: Order) -> Next:
    return _closed(order, _("The order is cancelled. There is nothing for you to do."))


def _closed(order: Order, otherwise: str) -> Next:
    """Say what has gone back to the customer, ``otherwise`` if nothing has."""
    back = refunded(order)
    if not back:
        return Next(otherwise, tone="done")
    amount = formats.money(back, order.currency)
    return Next(_("We have sent %(amount)s back to you.") % {"amount": amount}, tone="done")


def refunded(order: Order) -> int:
    """Return what has gone back to the customer, in minor units."""
    rows = effective(list(order.adjustments.all()))
    return -sum(r.amount for r in rows if r.status == "completed" and r.amount < 0)


_STEPS: dict[Status, Callable[[Order], Next]] = {
    Status.RECEIVED: _received,
    Status.PREPARING: _preparing,
    Status.PARTLY_SHIPPED: _partly_shipped,
    Status.SHIPPED: _shipped,
    Status.OUT_FOR_DELIVERY: _out_for_delivery,
    Status.ATTEMPTED: _attempted,
    Status.DELIVERED: _delivered,
    Status.RETURNED: _returned,
    Status.CANCELLED: _cancelled,
}


def carrier_name(order: Order) -> str:
    """Return who carries the order, or "the carrier" while the shop has not said."""
    for event in reversed(list(order.events.all())):
        found = carriers.find(event.carrier, event.tracking_url)
        if found:
            return found.name
    return _("the carrier")


def last_event(order: Order, kind: str) -> OrderEvent | None:
    """Return the latest event of a type; one whose time is unknown counts as the earliest."""
    events = [event for event in order.events.all() if event.type == kind]
    known = [event for event in events if event.occurred_at]
    return max(known, key=lambda e: e.occurred_at, default=events[-1] if events else None)
