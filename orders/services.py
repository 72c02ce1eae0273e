"""What is done with orders: each function one change, with its transaction and touchpoints."""

from collections.abc import Sequence

from django.db import transaction

from orders import eligibility, gateway, taking
from orders.feed.snapshot import Snapshot
from orders.models import Cancellation, Order
from portal.customers import timeline
from portal.customers.models import Customer


class NotPossible(Exception):
    """It may not be done (any more); ``eligibility`` says why."""

    def __init__(self, why: eligibility.Eligibility) -> None:
        super().__init__(why.code)
        self.eligibility = why


def take_snapshots(batch: Sequence[Snapshot], *, tell: bool = True) -> list[taking.Outcome]:
    """Take snapshots of orders as they come, late and repeated ones too.

    Returns for each "created", "updated" or "unchanged", or the `Rejected` that says why not. The
    newest wins for lines, totals and promises; events and adjustments are united; a touchpoint is
    recorded for each new fact, and told if ``tell`` and it is not older than a day.
    """
    return taking.take(batch, tell=tell)


def latest(customer: Customer, limit: int = 3) -> list[Order]:
    """Return the newest orders of ``customer``, what is still under way first."""
    rows = list(Order.objects.of(customer).whole()[: max(limit * 4, 20)])
    return sorted(rows, key=lambda order: order.is_over)[:limit]


@transaction.atomic
def cancel(
    order: Order, *, by: Customer, channel: str, reason: str = "", note: str = ""
) -> Cancellation:
    """Ask the shop to cancel the whole order, for the page and the bot alike.

    Raises NotPossible with the reason when it cannot be; of two who ask at once one succeeds.
    """
    # The row is locked, so that a snapshot that ships it waits or is seen.
    locked = Order.objects.select_for_update().get(pk=order.pk)
    may = eligibility.may_cancel(locked)
    if not may.ok:
        raise NotPossible(may)
    lines = [
        {"id": line.shop_id, "quantity": line.total} for line in locked.lines.all() if line.total
    ]
    request = gateway.ask(locked, "order.cancel_requested", lines=lines, reason=reason)
    cancellation = Cancellation.objects.create(
        order=locked,
        lines=lines,
        reason=reason,
        note=note,
        refund_preview=may.refund,
        requested_by=by,
        request=request,
    )
    timeline.record(
        "order.cancel_requested",
        customer=locked.customer,
        channel=channel,
        about=locked,
        actor=by,
        data={"order": locked.number, "reason": reason, "refund": may.refund},
    )
    return cancellation
