"""The touchpoint kinds of orders. Their data always has {"order": number}."""

from portal.customers.kinds import Direction, Kind, Stage, register

_OUT = Direction.OUT
_ON_THE_WAY = Kind(Stage.DELIVERY, _OUT)
_BOUGHT = Kind(Stage.PURCHASE, _OUT)

KINDS = {
    "order.placed": Kind(Stage.PURCHASE, Direction.IN),
    "order.paid": _BOUGHT,
    "order.preparing": _BOUGHT,
    "order.shipped": _ON_THE_WAY,
    "order.in_transit": _ON_THE_WAY,
    "order.out_for_delivery": _ON_THE_WAY,
    "order.delivery_failed": _ON_THE_WAY,
    "order.delivered": _ON_THE_WAY,
    "order.sent_back": _ON_THE_WAY,
    "order.delayed": _ON_THE_WAY,
    # The promised time is over, or will be before it can come; the shop has named no other.
    "order.late": _ON_THE_WAY,
    # A type of event or adjustment the shop made up: kept and shown in its own words.
    "order.noted": _ON_THE_WAY,
    "order.cancelled": Kind(Stage.SUPPORT, _OUT),
    "order.refund_started": Kind(Stage.SUPPORT, _OUT),
    "order.refunded": Kind(Stage.SUPPORT, _OUT),
    "order.returned": Kind(Stage.SUPPORT, _OUT),
    "order.cancel_requested": Kind(Stage.SUPPORT, Direction.IN),
    "order.cancel_declined": Kind(Stage.SUPPORT, _OUT),
}

register(KINDS)
