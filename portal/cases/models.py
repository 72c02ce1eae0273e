"""Cases, what was said in them, and the files that came with it."""

import os
import uuid
from pathlib import PurePath

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orders.models import Order
from portal.customers.kinds import Channel
from portal.customers.models import Customer
from portal.flow import Flow


class Status(models.TextChoices):
    """Where a case stands; see `Case.flow` for what may follow what."""

    NEW = "new", pgettext_lazy("case", "Received")
    OPEN = "open", pgettext_lazy("case", "Being looked into")
    WAITING = "waiting", pgettext_lazy("case", "Waiting for your reply")
    SOLVED = "solved", pgettext_lazy("case", "Solved")
    CLOSED = "closed", pgettext_lazy("case", "Closed")


class Topic(models.TextChoices):
    """What a case is about, in the customer's words."""

    ORDER = "order", _("An order or its delivery")
    RETURN = "return", _("A return, exchange or refund")
    PRODUCT = "product", _("A product")
    PAYMENT = "payment", _("Payment or receipt")
    OTHER = "other", _("Something else")


class Priority(models.IntegerChoices):
    """How soon an agent should look; higher comes first."""

    NORMAL = 0, _("normal")
    HIGH = 1, _("high")


class CaseQuerySet(models.QuerySet["Case"]):
    """Questions about cases."""

    def of(self, customer: Customer) -> "CaseQuerySet":
        """Return the cases of ``customer``."""
        return self.filter(customer=customer)

    def visible_to(self, person: Customer | AnonymousUser) -> "CaseQuerySet":
        """Return the cases ``person`` may see as a customer: the own ones."""
        return self.of(person) if isinstance(person, Customer) else self.none()

    def ours_to_act(self) -> "CaseQuerySet":
        """Return the cases in which the shop acts next."""
        return self.filter(status__in=[Status.NEW, Status.OPEN])

    def unsolved(self) -> "CaseQuerySet":
        """Return the cases that are neither solved nor closed."""
        return self.exclude(status__in=[Status.SOLVED, Status.CLOSED])

    def late(self) -> "CaseQuerySet":
        """Return the cases whose promised time has passed without our answer."""
        return self.ours_to_act().filter(promised_at__lt=timezone.now())


class Case(models.Model):
    """A question a person answers."""

    flow = Flow(
        "status",
        Status.NEW,
        {
            Status.NEW: (Status.OPEN, Status.WAITING, Status.SOLVED),
            Status.OPEN: (Status.WAITING, Status.SOLVED),
            Status.WAITING: (Status.OPEN, Status.SOLVED),
            Status.SOLVED: (Status.OPEN, Status.WAITING, Status.CLOSED),
            Status.CLOSED: (),
        },
    )

    number = models.CharField(max_length=12, unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="cases")
    order = models.ForeignKey(
        Order, null=True, blank=True, on_delete=models.SET_NULL, related_name="cases"
    )
    topic = models.CharField(max_length=10, choices=Topic.choices, default=Topic.OTHER)
    subject = models.CharField(_("subject"), max_length=120)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.NEW)
    priority = models.SmallIntegerField(choices=Priority.choices, default=Priority.NORMAL)
    agent = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    opened_from = models.CharField(max_length=10, choices=Channel.choices, default=Channel.WEB)
    opened_at = models.DateTimeField(default=timezone.now)
    promised_at = models.DateTimeField(null=True, blank=True)
    first_reply_at = models.DateTimeField(null=True, blank=True)
    solved_at = models.DateTimeField(null=True, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-id"]
        indexes = [
            models.Index(fields=["customer", "-opened_at"], name="case_of_customer"),
            models.Index(
                fields=["-priority", "promised_at"],
                condition=Q(status__in=["new", "open"]),
                name="case_ours_to_act",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def tone(self) -> str:
        """How `portal/components/_status.html` shows the status."""
        return {Status.WAITING: "wait", Status.SOLVED: "good", Status.CLOSED: "done"}.get(
            Status(self.status), ""
        )


class CaseMessageQuerySet(models.QuerySet["CaseMessage"]):
    """Questions about what was said in cases."""

    def visible_to(self, person: Customer | AnonymousUser) -> "CaseMessageQuerySet":
        """Return what ``person`` may read as a customer: nothing internal, nobody else's."""
        if not isinstance(person, Customer):
            return self.none()
        return self.filter(case__customer=person, internal=False)


class CaseMessage(models.Model):
    """One thing said in a case."""

    class By(models.TextChoices):
        """Who said it."""

        CUSTOMER = "customer", _("customer")
        AGENT = "agent", _("agent")
        SYSTEM = "system", _("system")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="messages")
    by = models.CharField(max_length=8, choices=By.choices)
    author = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    body = models.TextField(blank=True)
    internal = models.BooleanField(default=False)
    # RFC 5322 Message-ID of the mail this came in or went out as, unique where there is one.
    email_message_id = models.CharField(max_length=255, blank=True)
    at = models.DateTimeField(default=timezone.now)

    objects = CaseMessageQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["email_message_id"],
                condition=~Q(email_message_id=""),
                name="case_mail_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.by} #{self.pk}"


@deconstructible
class PrivateStorage(FileSystemStorage):
    """Where customers' files are kept: outside what any URL serves by itself."""

    @property
    def base_location(self) -> str:
        """The folder of settings.PRIVATE_ROOT, asked for each time."""
        return str(settings.PRIVATE_ROOT)

    @property
    def location(self) -> str:
        """The same as an absolute path."""
        return os.path.abspath(self.base_location)

    def url(self, name: str | None) -> str:
        """Raise: no URL serves these; a view asks who may see them first."""
        raise ValueError("private files have no URL")


def _path(_row: models.Model, name: str) -> str:
    # Named by chance: the customer's own name for it is kept in the row only.
    return f"cases/{uuid.uuid4().hex}{PurePath(name).suffix}"


class Draft(models.Model):
    """An inquiry somebody wrote without being signed in, until the e-mail is proven.

    Typed is not proven: only who proves the address in the same browser makes it a case.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4)
    email = models.EmailField()
    values = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"draft #{self.pk}"


class DraftFile(models.Model):
    """A file that waits with a draft."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="files")
    file = models.FileField(storage=PrivateStorage(), upload_to=_path)
    name = models.CharField(max_length=100)
    media = models.CharField(max_length=40)

    def __str__(self) -> str:
        return f"draft file #{self.pk}"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    """Questions about files."""

    def visible_to(self, person: Customer | AnonymousUser) -> "AttachmentQuerySet":
        """Return the files ``person`` may open as a customer."""
        if not isinstance(person, Customer):
            return self.none()
        return self.filter(message__case__customer=person, message__internal=False)


class Attachment(models.Model):
    """A file that came with a case message, as `portal.uploads` let it in."""

    message = models.ForeignKey(CaseMessage, on_delete=models.CASCADE, related_name="attachments")
    file = models.FileField(storage=PrivateStorage(), upload_to=_path)
    name = models.CharField(max_length=100)
    media = models.CharField(max_length=40)
    size = models.PositiveIntegerField()

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"attachment #{self.pk}"

    @property
    def is_picture(self) -> bool:
        """Whether a browser may show it in the page."""
        return self.media.startswith("image/")
