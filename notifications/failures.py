"""What could not be delivered: for the desk, to see, to put right and to try again."""

import logging
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from notifications import tasks
from notifications.models import Delivery, DeliveryQuerySet, Status
from portal import doorbell
from portal.customers.models import Customer

log = logging.getLogger(__name__)

# What the mail server did not like, by the kind of error it was (smtplib, socket, ssl).
_REFUSED = ("SMTPRecipientsRefused",)
_AWAY = (
    "ConnectionRefusedError",
    "ConnectionResetError",
    "OSError",
    "SMTPConnectError",
    "SMTPServerDisconnected",
    "TimeoutError",
    "gaierror",
    "stuck",
)
_OURS = ("SMTPAuthenticationError", "SMTPNotSupportedError", "SMTPSenderRefused", "SSLError")


def failed() -> DeliveryQuerySet:
    """Return the deliveries that were given up, the newest first."""
    rows = Delivery.objects.filter(status=Status.FAILED).with_facts()
    return rows.prefetch_related("notification__touchpoint__about").order_by("-taken_at", "-pk")


def failed_for(customer: Customer) -> DeliveryQuerySet:
    """Return what was given up of what ``customer`` was to be told."""
    return failed().filter(notification__customer=customer)


def reason(delivery: Delivery) -> str:
    """Say why a delivery failed and who can do something about it, for the shop's staff."""
    if delivery.why in _REFUSED:
        return _("The mailbox refused it. Is the address right?")
    if delivery.why in _AWAY:
        return _("The mail server could not be reached.")
    if delivery.why in _OURS:
        return _("The mail server did not accept us as its sender: tell who looks after it.")
    return _("Something went wrong on our side.")


@transaction.atomic
def try_again(delivery: Delivery, *, by: Customer) -> None:
    """Send a failed delivery once more, at once, to the address the customer has now.

    One more failure and it has failed again. Raises WrongMove if it is not failed any more.
    """
    Delivery.flow.move(delivery, Status.DUE, set={"due_at": timezone.now(), "why": ""})
    log.info("delivery.tried_again", extra={"delivery": delivery.pk, "by": by.pk})
    transaction.on_commit(partial(doorbell.ring, tasks.deliver, delivery.pk), robust=True)
