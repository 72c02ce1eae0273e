"""What was bought, where it is, and what customers ask of it.

Money is in integer minor units with an ISO 4217 code, as in UCP. What a customer asks of an order
is a row with its own flow (Cancellation; returns and claims get theirs beside it), never a column.
"""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orders.status import OVER, TONES, Status
from portal.customers.models import Customer
from portal.flow import Flow


class OrderQuerySet(models.QuerySet["Order"]):
    """Questions about orders."""

    def of(self, customer: Customer) -> "OrderQuerySet":
        """Return the orders of ``customer``."""
        return self.filter(customer=customer)

    def visible_to(self, person: Customer | AnonymousUser) -> "OrderQuerySet":
        """Return what ``person`` may see on the customers' pages: the own orders."""
        if not isinstance(person, Customer):
            return self.none()
        return self.of(person)

    def under_way(self) -> "OrderQuerySet":
        """Return orders of which something is still to come."""
        return self.exclude(status__in=OVER)

    def whole(self) -> "OrderQuerySet":
        """Read lines, events, adjustments and cancellations along (four queries)."""
        return self.prefetch_related(
            "lines",
            Prefetch("events", OrderEvent.objects.order_by("occurred_at", "id")),
            Prefetch("adjustments", Adjustment.objects.order_by("occurred_at", "id")),
            Prefetch("cancellations", Cancellation.objects.order_by("-requested_at")),
        )


class Order(models.Model):
    """What a customer bought in one go."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="orders")
    number = models.CharField(_("order number"), max_length=255, unique=True)
    # The shop's own id (UCP `id`); unknown while an order is known from a CSV file only.
    shop_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    # Derived by orders.status.derive, stored for filtering; written by take_snapshots only.
    status = models.CharField(
        max_length=16, choices=Status.choices, default=Status.RECEIVED, db_index=True
    )
    placed_at = models.DateTimeField()
    promised_at = models.DateTimeField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    total = models.BigIntegerField(default=0)
    # [{"type", "amount", "display_text"}] as in UCP, in the order the shop shows them.
    totals = models.JSONField(default=list, blank=True)
    # [{"id", "lines", "method", "description", "fulfillable_on"}]
    expectations = models.JSONField(default=list, blank=True)
    # A UCP postal address, or {}.
    destination = models.JSONField(default=dict, blank=True)
    permalink_url = models.URLField(max_length=2000, blank=True)
    # The promised time of which the customer was told that it breaks; each is told of once.
    late_promise = models.DateTimeField(null=True, blank=True)
    # The age of the newest snapshot taken (DESIGN §7, "newest wins").
    snapshot_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    objects = OrderQuerySet.as_manager()

    class Meta:
        ordering = ["-placed_at", "-id"]
        indexes = [
            models.Index(fields=["customer", "-placed_at"], name="order_of_customer"),
            models.Index(fields=["promised_at"], name="order_promised"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def tone(self) -> str:
        """The tone in which the status is shown."""
        return "bad" if self.is_late else TONES[Status(self.status)]

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to come."""
        return self.status in OVER

    @property
    def is_late(self) -> bool:
        """Whether the promised time is over and the order has not arrived."""
        return bool(not self.is_over and self.promised_at and self.promised_at < timezone.now())


class OrderLine(models.Model):
    """A product and how many of it, as of the newest snapshot."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    shop_id = models.CharField(max_length=255)
    position = models.PositiveIntegerField(default=0)
    sku = models.CharField(max_length=255)
    title = models.TextField()
    unit_price = models.BigIntegerField()
    amount = models.BigIntegerField()
    # Counted in steps of 10^-scale units (UCP `quantity_unit`); without a unit in pieces.
    original = models.BigIntegerField()
    total = models.BigIntegerField()
    fulfilled = models.BigIntegerField(default=0)
    unit = models.CharField(max_length=60, blank=True)
    scale = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["order", "shop_id"], name="order_line_once")]

    def __str__(self) -> str:
        return f"{self.sku} #{self.pk}"

    @property
    def quantity(self) -> str:
        """How many are left of what was ordered; all of them once nothing is left."""
        return self.counted(self.total or self.original)

    @property
    def quantity_at_first(self) -> str:
        """How many were ordered, if some but not all of them are still to come or there."""
        return self.counted(self.original) if 0 < self.total < self.original else ""

    def counted(self, steps: int) -> str:
        """Write a count of 10^-scale units for people: "3", "1.5 lb"."""
        return f"{steps / 10**self.scale:g} {self.unit}".strip()


class OrderEvent(models.Model):
    """Something that happened on the way, from the shop or carrier. Append-only."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="events")
    shop_id = models.CharField(max_length=255)
    type = models.CharField(max_length=80)
    # Unknown for orders imported without the time.
    occurred_at = models.DateTimeField(null=True, blank=True)
    # [{"id": the line's shop_id, "quantity"}]; empty: all lines.
    lines = models.JSONField(default=list, blank=True)
    carrier = models.CharField(max_length=120, blank=True)
    tracking_number = models.CharField(max_length=128, blank=True)
    tracking_url = models.URLField(max_length=2000, blank=True)
    description = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "shop_id"], name="order_event_once")
        ]

    def __str__(self) -> str:
        return f"{self.type} #{self.pk}"


class Adjustment(models.Model):
    """A refund, cancellation or other change after the order, from the shop.

    The same adjustment may be known pending and final; `effective` picks what counts.
    """

    FINAL: ClassVar[tuple[str, ...]] = ("completed", "failed")

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="adjustments")
    shop_id = models.CharField(max_length=255)
    type = models.CharField(max_length=80)
    status = models.CharField(max_length=20)
    occurred_at = models.DateTimeField(null=True, blank=True)
    # Signed, as in UCP: negative goes back to the customer.
    amount = models.BigIntegerField(default=0)
    lines = models.JSONField(default=list, blank=True)
    description = models.TextField(blank=True)
    request_id = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "shop_id", "status"], name="adjustment_once")
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.status} #{self.pk}"


class Cancellation(models.Model):
    """A customer's wish that an order be cancelled, and what became of it."""

    class State(models.TextChoices):
        """Where the wish is."""

        REQUESTED = "requested", pgettext_lazy("cancellation", "Requested")
        APPROVED = "approved", pgettext_lazy("cancellation", "Approved")
        REFUNDED = "refunded", pgettext_lazy("cancellation", "Refunded")
        DECLINED = "declined", pgettext_lazy("cancellation", "Declined")
        EXPIRED = "expired", pgettext_lazy("cancellation", "Overtaken by shipping")

    class Reason(models.TextChoices):
        """Why, in the customer's words."""

        CHANGED_MIND = "changed_mind", _("I no longer need it")
        MISTAKE = "mistake", _("I ordered by mistake")
        WRONG_DETAILS = "wrong_details", _("The address or the items are wrong")
        TOO_LATE = "too_late", _("It would arrive too late")
        OTHER = "other", _("Another reason")

    FLOW = Flow(
        "state",
        "requested",
        {
            "requested": ("approved", "refunded", "declined", "expired"),
            "approved": ("refunded",),
            "refunded": (),
            "declined": (),
            "expired": (),
        },
    )

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="cancellations")
    state = models.CharField(max_length=10, choices=State.choices, default=FLOW.start)
    # [{"id": the line's shop_id, "quantity"}]
    lines = models.JSONField(default=list)
    reason = models.CharField(max_length=20, choices=Reason.choices, blank=True)
    note = models.TextField(blank=True)
    # What would go back to the customer, in minor units, as shown before asking.
    refund_preview = models.BigIntegerField(default=0)
    requested_by = models.ForeignKey(
        Customer, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    requested_at = models.DateTimeField(default=timezone.now)
    request = models.OneToOneField(
        "ShopRequest", null=True, on_delete=models.SET_NULL, related_name="cancellation"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(state__in=("requested", "approved")),
                name="one_open_cancellation",
            )
        ]

    def __str__(self) -> str:
        return f"{self.state} #{self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether the shop has still to act on it."""
        return self.state in ("requested", "approved")


class ShopRequest(models.Model):
    """What we owe the shop's own system: sent after commit, swept until it is out."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="requests")
    type = models.CharField(max_length=40)
    body = models.JSONField()
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    # The status of the adjustment that answered: pending, completed or failed.
    answer = models.CharField(max_length=20, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(sent_at__isnull=True), name="shop_request_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.pk}"


def effective(adjustments: list[Adjustment]) -> list[Adjustment]:
    """Return one row an adjustment: a final status beats pending, whatever arrived first."""
    chosen: dict[str, Any] = {}
    for row in sorted(adjustments, key=lambda row: (row.status in Adjustment.FINAL, row.status)):
        # "completed" sorts before "failed": should the shop say both, what completed counts.
        if row.shop_id not in chosen or chosen[row.shop_id].status not in Adjustment.FINAL:
            chosen[row.shop_id] = row
    return [row for row in adjustments if chosen[row.shop_id] is row]
