"""What orders hold about a customer: the books stay as the law wants, the address goes."""

from django.utils.translation import gettext_lazy as _

from orders.models import Adjustment, Cancellation, Order, OrderEvent
from portal.customers.privacy import Held, OnErase, register

register(
    Held(
        Order,
        _("Orders: what, when and for how much"),
        lambda customer: Order.objects.of(customer),
        OnErase.KEEP,
        export=("number", "placed_at", "status", "currency", "total", "totals"),
        # 法人税法施行規則 第59条: books and records of transactions, 7 years.
        why=_("Tax law wants the books kept for 7 years. Nobody's name stands in them any more."),
    ),
    Held(
        Order,
        _("Delivery addresses"),
        lambda customer: Order.objects.of(customer),
        OnErase.BLANK,
        export=("number", "destination"),
        blank={"destination": {}, "permalink_url": ""},
    ),
    Held(
        OrderEvent,
        _("Tracking numbers"),
        lambda customer: OrderEvent.objects.filter(order__customer=customer),
        OnErase.BLANK,
        export=("order__number", "type", "occurred_at", "carrier", "tracking_number"),
        blank={"tracking_number": "", "tracking_url": "", "description": ""},
    ),
    Held(
        Adjustment,
        "",
        lambda customer: Adjustment.objects.filter(order__customer=customer),
        OnErase.BLANK,
        # The sum stays in the books; what the shop wrote beside it may name somebody.
        blank={"description": ""},
    ),
    Held(
        Cancellation,
        _("What you wrote when you cancelled"),
        lambda customer: Cancellation.objects.filter(order__customer=customer),
        OnErase.BLANK,
        export=("order__number", "requested_at", "state", "reason", "note"),
        blank={"note": ""},
    ),
)
