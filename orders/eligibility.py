"""What may still be done with an order, and what would go back: said before anybody submits."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.models import Order, effective
from orders.status import BEFORE_SHIPPING, Status

_WHY_NOT: dict[str, Promise] = {
    "requested": _("You have already asked us to cancel this order. We are on it."),
    "partly_shipped": _(
        "Part of this order is already on its way, so it can no longer be cancelled as a whole."
        " You can return what you do not want after it arrives."
    ),
    "shipped": _(
        "This order is already on its way, so it can no longer be cancelled."
        " You can return what you do not want after it arrives."
    ),
    "delivered": _(
        "This order has been delivered, so it can no longer be cancelled."
        " You can return what you do not want."
    ),
    "returned": _("This order has been sent back to us, so there is nothing left to cancel."),
    "cancelled": _("This order is already cancelled."),
}
_OK = _("It has not left us yet, so it can be cancelled at no charge.")


@dataclass(frozen=True)
class Eligibility:
    """Whether something may be done; ``code`` says why not ("ok" if it may)."""

    code: str
    refund: int = 0
    """What would go back to the customer, in minor units of the order's currency."""

    @property
    def ok(self) -> bool:
        """Whether it may be done."""
        return self.code == "ok"

    @property
    def text(self) -> str:
        """The reason in the language of the moment."""
        return str(_WHY_NOT.get(self.code, _OK))


def may_cancel(order: Order) -> Eligibility:
    """Tell whether the whole order may be cancelled: until anything of it has shipped."""
    if order.status in BEFORE_SHIPPING:
        if any(cancellation.is_open for cancellation in order.cancellations.all()):
            return Eligibility("requested")
        return Eligibility("ok", refund=refundable(order))
    if order.status in (Status.SHIPPED, Status.OUT_FOR_DELIVERY, Status.ATTEMPTED):
        return Eligibility("shipped")
    return Eligibility(order.status)


def refundable(order: Order) -> int:
    """Return what was paid and has not gone back yet, in minor units; never below 0."""
    back = sum(
        row.amount
        for row in effective(list(order.adjustments.all()))
        if row.status == "completed" and row.amount < 0
    )
    return max(order.total + back, 0)
