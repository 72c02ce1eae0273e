"""Sending deliveries: taken by one worker, tried again, given up.

The row is the truth and decides who sends: taking it is a conditional UPDATE, so of a doorbell,
its repetition and the sweep exactly one sends. What waits to be told of the same order goes with
it in one mail (`gathering`). What no database can decide is whether a mail had left when its
worker died between SMTP's "250 OK" and our own "sent". Such a row stays `sending`; after ten
minutes it is due again, marked `maybe_duplicate`. Rather twice than never: a mail that does not
come costs the customer more than one that comes twice, and the second has the same Message-ID, by
which mailboxes recognise it.
"""

import logging
import time
import traceback
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import OperationalError, transaction
from django.utils import timezone

from notifications import gathering, preferences
from notifications.channels import email
from notifications.models import Channel, Delivery, Notification, Status
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

# Each sends what is told together, newest first, in the name of the newest one's delivery, and
# returns what the channel calls it; raises Unreachable if there is nowhere to send it to any more.
# The inbox is delivered by being written.
_SENDERS: dict[str, Callable[[Delivery, list[Notification]], str]] = {Channel.EMAIL: email.send}


def deliver(delivery_id: int) -> bool:
    """Send the delivery if it is due, with all that waits to be told of the same thing.

    Tells whether a mail was sent; somebody else's being at it is no.
    """
    row = Delivery.objects.with_facts().due().filter(pk=delivery_id).first()
    taken = _take(row) if row else []
    return bool(taken) and _send(taken)


def deliver_due() -> int:
    """Send all that is due, oldest first; return how many mails were sent."""
    _free_stuck()
    end = time.monotonic() + _SWEEP_SECONDS
    sent = 0
    for pk in Delivery.objects.due().order_by("due_at").values_list("pk", flat=True)[:_BATCH]:
        sent += deliver(pk)
        if time.monotonic() > end:
            break
    return sent


def _take(row: Delivery) -> list[Delivery]:
    """Take the row and what waits beside it, newest first; [] if somebody else was first.

    All or nothing, by key, so that two who take the same ones never wait for each other. The
    number of the attempt fences a row: who took it earlier and was given up can no longer end it.
    """
    beside = gathering.beside(row)
    try:
        with transaction.atomic():
            waiting = list(beside.filter(status=Status.DUE).with_facts().order_by("pk"))
            if beside.filter(status=Status.SENDING).exists():
                return []  # what is being sent just now must not be overtaken
            for each in waiting:
                Delivery.flow.move(
                    each,
                    Status.SENDING,
                    where={"attempts": each.attempts},
                    set={"attempts": each.attempts + 1, "taken_at": timezone.now()},
                )
    except WrongMove:
        return []
    return gathering.newest_first(waiting)


def _send(rows: Sequence[Delivery]) -> bool:
    """Send what was taken in one mail, which bears the name of the newest."""
    old = gathering.late_for(rows)
    _end(old, Status.DROPPED)
    news = [row for row in rows if row not in old]
    return bool(news) and _send_news(news)


def _send_news(rows: Sequence[Delivery]) -> bool:
    first = rows[0]
    told = [row.notification for row in rows]
    try:
        if first.channel not in preferences.wanted(told[0].customer, told[0].topic):
            return _end(rows, Status.DROPPED)
        provider_id = _SENDERS[first.channel](first, told)
    except email.Unreachable:
        return _end(rows, Status.DROPPED)
    except OperationalError:
        raise  # the database is away: the rows stay taken and are freed later
    except Exception as error:
        _put_off(rows, error)
        return False
    return _end(rows, Status.SENT, sent_at=timezone.now(), provider_id=provider_id)


@transaction.atomic
def _end(rows: Sequence[Delivery], to: Status, **values: Any) -> bool:
    """Move on from sending; True if one was sent and nobody had given us up meanwhile."""
    ended = 0
    for row in sorted(rows, key=lambda row: row.pk):
        try:
            Delivery.flow.move(row, to, where={"attempts": row.attempts}, set=values)
            ended += 1
        except WrongMove:
            log.warning("delivery.overtaken", extra={"delivery": row.pk})
    return to == Status.SENT and ended > 0


def _put_off(rows: Sequence[Delivery], error: Exception | None = None, **values: Any) -> None:
    """Make the rows of one mail due again after a pause, or failed after the last try.

    What joined them last has its tries before it; the others stay with it.
    """
    attempts = min(row.attempts for row in rows)
    why = _why(error)
    said = {"delivery": rows[0].pk, "attempts": attempts, **why}
    if attempts > len(PAUSES):
        _end(rows, Status.FAILED, why=why["why"][:60], **values)
        log.error("delivery.failed", extra=said)
        return
    _end(rows, Status.DUE, due_at=timezone.now() + PAUSES[attempts - 1], **values)
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
        _put_off([row], maybe_duplicate=True)
