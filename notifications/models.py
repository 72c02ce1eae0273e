"""What we tell a customer, over which channels it goes, and how they want to be told.

A delivery holds no address and no text: both are looked up when it is sent, so that an erased
customer leaves nothing here and a mail says what is true at that moment.
"""

from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.customers.models import Customer, Touchpoint
from portal.flow import Flow


class Topic(models.TextChoices):
    """What a notification is about; customers choose by topic. See `catalog.RULES`."""

    ORDERS = "orders", _("Orders and deliveries")
    CASES = "cases", _("Inquiries")
    ACCOUNT = "account", _("Your account and its safety")


class Channel(models.TextChoices):
    """The way a notification goes."""

    EMAIL = "email", pgettext_lazy("channel", "E-mail")
    INBOX = "inbox", pgettext_lazy("channel", "Inbox on this site")


class Status(models.TextChoices):
    """Where a delivery is; see `Delivery.flow`."""

    DUE = "due", pgettext_lazy("delivery", "due")
    SENDING = "sending", pgettext_lazy("delivery", "being sent")
    SENT = "sent", pgettext_lazy("delivery", "sent")
    FAILED = "failed", pgettext_lazy("delivery", "failed")
    DROPPED = "dropped", pgettext_lazy("delivery", "no longer wanted")


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Questions about what was told."""

    def of(self, customer: Customer) -> "NotificationQuerySet":
        """Return everything told to ``customer``, over whatever channel."""
        return self.filter(customer=customer)

    def visible_to(self, person: Customer | AnonymousUser) -> "NotificationQuerySet":
        """Return what lies in the inbox of ``person``."""
        if not isinstance(person, Customer):
            return self.none()
        inbox = Delivery.objects.filter(notification=OuterRef("pk"), channel=Channel.INBOX)
        return self.of(person).filter(Exists(inbox))

    def unread(self) -> "NotificationQuerySet":
        """Return what has not been opened yet."""
        return self.filter(read_at__isnull=True)


class Notification(models.Model):
    """Something we tell a customer: one for each touchpoint at most, however often announced."""

    touchpoint = models.OneToOneField(
        Touchpoint, on_delete=models.CASCADE, related_name="notification"
    )
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="notifications")
    topic = models.CharField(max_length=10, choices=Topic.choices)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["customer", "-created_at"], name="notification_of_customer"),
            models.Index(
                fields=["customer"],
                condition=Q(read_at__isnull=True),
                name="notification_unread",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} #{self.pk}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Questions about deliveries."""

    def due(self, at: datetime | None = None) -> "DeliveryQuerySet":
        """Return what is to be sent by ``at`` (now by default)."""
        return self.filter(status=Status.DUE, due_at__lte=at or timezone.now())

    def with_facts(self) -> "DeliveryQuerySet":
        """Read along what sending needs."""
        return self.select_related("notification__customer", "notification__touchpoint__about_type")


class Delivery(models.Model):
    """A notification over one channel.

    The inbox is delivered by being written, so its rows begin as sent; a mail begins as due.
    """

    flow = Flow(
        "status",
        Status.DUE,
        {
            Status.DUE: (Status.SENDING,),
            Status.SENDING: (Status.SENT, Status.DUE, Status.FAILED, Status.DROPPED),
            Status.SENT: (),
            # Only when somebody at the desk says so.
            Status.FAILED: (Status.DUE,),
            Status.DROPPED: (),
        },
    )

    notification = models.ForeignKey(
        Notification, on_delete=models.CASCADE, related_name="deliveries"
    )
    channel = models.CharField(max_length=10, choices=Channel.choices)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DUE)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    taken_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    # Who was sending it never came back: it is sent again, and may then have gone out twice.
    maybe_duplicate = models.BooleanField(default=False)
    # Of one that failed: the kind of the error, never its words, which may quote an address.
    why = models.CharField(max_length=60, blank=True)
    # What the channel calls it; for a mail its Message-ID.
    provider_id = models.CharField(max_length=255, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["notification", "channel"], name="delivery_once")
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(status="due"), name="delivery_due"),
            models.Index(
                fields=["taken_at"], condition=Q(status="sending"), name="delivery_sending"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.status} #{self.pk}"


class Preference(models.Model):
    """A customer's own choice for a topic and channel; without one the topic's rule holds."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="preferences")
    topic = models.CharField(max_length=10, choices=Topic.choices)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    wanted = models.BooleanField()
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "topic", "channel"], name="preference_once")
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.channel} #{self.pk}"
