"""What becomes of a customer's wish to cancel: the shop's answer, or the parcel that was faster."""

from django.utils import timezone

from orders.models import Adjustment, Cancellation, Order, ShopRequest
from orders.status import BEFORE_SHIPPING, Status
from portal.customers.timeline import Fact
from portal.flow import WrongMove


def settle(orders: list[Order]) -> list[Fact]:
    """Move on the open cancellations of orders that have just changed; return what is new.

    The shop answers with an adjustment that carries the request's id. A cancelled order settles
    an open wish without one, and an order that has shipped overtakes it.
    """
    asked = Cancellation.objects.filter(order__in=orders, state__in=("requested", "approved"))
    found: list[Fact] = []
    answers = _answers(orders)
    by_id = {order.pk: order for order in orders}
    for wish in asked.select_related("request"):
        order = by_id[wish.order_id]
        answer = answers.get((order.pk, wish.request_id))
        if answer is not None:
            _write_answer(wish.request, answer)
        found += _move(wish, order, answer)
    return found


def _answers(orders: list[Order]) -> dict[tuple[int, object], Adjustment]:
    """Return the answering adjustments; a final one beats pending."""
    rows = Adjustment.objects.filter(order__in=orders, request_id__isnull=False)
    ranked = sorted(rows, key=lambda row: row.status in Adjustment.FINAL)
    return {(row.order_id, row.request_id): row for row in ranked}


def _write_answer(request: ShopRequest | None, answer: Adjustment) -> None:
    if request is not None and request.answer != answer.status:
        ShopRequest.objects.filter(pk=request.pk).update(
            answer=answer.status, answered_at=timezone.now()
        )


def _outcome(wish: Cancellation, order: Order, answer: Adjustment | None) -> str:
    """Return the state a wish should move to, "" for none."""
    if answer is not None:
        if answer.status == "failed":
            return "declined"
        paid_back = answer.status == "completed" and answer.amount < 0
        return "refunded" if paid_back else "approved"
    if order.status == Status.CANCELLED:
        return "approved"
    return "" if order.status in BEFORE_SHIPPING else "expired"


def _move(wish: Cancellation, order: Order, answer: Adjustment | None) -> list[Fact]:
    to = _outcome(wish, order, answer)
    if not to or not Cancellation.FLOW.allows(wish, to):
        return []
    try:
        Cancellation.FLOW.move(wish, to)
    except WrongMove:
        return []
    if to not in ("declined", "expired"):
        return []  # the adjustment itself is told
    data = {"order": order.number, "why": to}
    if answer is not None and answer.description:
        data["note"] = answer.description
    at = answer.occurred_at if answer is not None else None
    return [
        Fact(
            "order.cancel_declined",
            "system",
            customer=order.customer,
            about=order,
            data=data,
            happened_at=at,
        )
    ]
