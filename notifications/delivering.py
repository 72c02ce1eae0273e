"""Sending deliveries: taken by one worker, tried again, given up.

The row is the truth and decides who sends: taking it is a conditional UPDATE, so of a doorbell,
its repetition and the sweep exactly one sends. What no database can decide is whether a mail had
left when its worker died between SMTP's "250 OK" and our own "sent". Such a row stays `sending`;
after ten minutes it is due again, marked `maybe_duplicate`. Rather twice than never: a mail that
does not come costs the customer more than one that comes twice, and the second has the same
Message-ID, by which mailboxes recognise it.
"""

import logging
import time
import traceback
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import OperationalError
from django.utils import timezone

from notifications import preferences
from notifications.channels import email
from notifications.models import Channel, Delivery, Status
from portal.flow import WrongMove

log = logging.getLogger(__name__)

# How long to wait after the first, second … try (DESIGN §7); then it has failed.
PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
)
# Sending takes seconds: whoever holds a row for longer is dead.
STUCK_AFTER = timedelta(minutes=10)
_BATCH = 200
# A sweep stops after so many seconds and leaves the rest to the next one.
_SWEEP_SECONDS = 45.0

# Each sends one delivery and returns what the channel calls it; raises Unreachable if there is
# nowhere to send it to any more. The inbox is delivered by being written.
_SENDERS: dict[str, Callable[[Delivery], str]] = {Channel.EMAIL: email.send}


def deliver(delivery_id: int) -> bool:
    """Send the delivery if it is due and nobody else is sending it; tell whether it was sent."""
    row = Delivery.objects.with_facts().due().filter(pk=delivery_id).first()
    return bool(row and _take(row) and _send(row))


def deliver_due() -> int:
    """Send all that is due, oldest first; return how many were sent."""
    _free_stuck()
    end = time.monotonic() + _SWEEP_SECONDS
    sent = 0
    for pk in Delivery.objects.due().order_by("due_at").values_list("pk", flat=True)[:_BATCH]:
        sent += deliver(pk)
        if time.monotonic() > end:
            break
    return sent


def _take(row: Delivery) -> bool:
    """Take the row, or find that somebody else was first.

    The number of the attempt fences it: who took it earlier and was given up can no longer end it.
    """
    try:
        Delivery.flow.move(
            row,
            Status.SENDING,
            where={"attempts": row.attempts},
            set={"attempts": row.attempts + 1, "taken_at": timezone.now()},
        )
    except WrongMove:
        return False
    return True


def _send(row: Delivery) -> bool:
    try:
        if row.channel not in preferences.wanted(row.notification.customer, row.notification.topic):
            return _end(row, Status.DROPPED)
        provider_id = _SENDERS[row.channel](row)
    except email.Unreachable:
        return _end(row, Status.DROPPED)
    except OperationalError:
        raise  # the database is away: the row stays taken and is freed later
    except Exception as error:
        _put_off(row, error)
        return False
    return _end(row, Status.SENT, sent_at=timezone.now(), provider_id=provider_id)


def _end(row: Delivery, to: Status, **values: Any) -> bool:
    """Move on from sending; True if it was sent and nobody had given us up meanwhile."""
    try:
        Delivery.flow.move(row, to, where={"attempts": row.attempts}, set=values)
    except WrongMove:
        log.warning("delivery.overtaken", extra={"delivery": row.pk})
        return False
    return to == Status.SENT


def _put_off(row: Delivery, error: Exception | None = None, **values: Any) -> None:
    """Make the row due again after its pause, or failed after the last try."""
    said = {"delivery": row.pk, "attempts": row.attempts, **_why(error)}
    if row.attempts > len(PAUSES):
        _end(row, Status.FAILED, **values)
        log.error("delivery.failed", extra=said)
        return
    _end(row, Status.DUE, due_at=timezone.now() + PAUSES[row.attempts - 1], **values)
    log.warning("delivery.put_off", extra=said)


def _why(error: Exception | None) -> dict[str, str]:
    """Name an error by type and place; its text may quote an address or a name."""
    if error is None:
        return {"why": "stuck"}
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return {"why": type(error).__name__, "at_line": place}


def _free_stuck() -> None:
    """Make due again what somebody began to send and never ended."""
    before = timezone.now() - STUCK_AFTER
    for row in Delivery.objects.filter(status=Status.SENDING, taken_at__lt=before)[:_BATCH]:
        _put_off(row, maybe_duplicate=True)
