"""The one history: recording what happened, and telling the rooms above after commit.

`record` writes a Touchpoint in the caller's transaction; `announce` tells the listeners once it
is committed. A listener that fails is tried again with a growing pause and holds up no other.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import F
from django.template.loader import select_template
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString, mark_safe

from portal import logs
from portal.customers import kinds
from portal.customers.kinds import Channel
from portal.customers.models import Announcement, Customer, Touchpoint

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 10
_BATCH = 200
# A fact older than this when first seen is history: recorded, not told (DESIGN §7).
STALE = timedelta(days=1)


@dataclass(frozen=True)
class Fact:
    """Something that happened, on its way into the history."""

    kind: str
    channel: str
    customer: Customer | None = None
    visitor: str = ""
    about: models.Model | None = None
    data: dict[str, Any] = field(default_factory=dict)
    actor: Customer | None = None
    happened_at: datetime | None = None
    tell: bool = True
    outside_id: str | None = None


def record(kind: str, *, channel: str = Channel.SYSTEM, **facts: Any) -> Touchpoint:
    """Write one touchpoint and announce it after commit.

    Takes the fields of `Fact`: customer or visitor, about, data, actor, happened_at, tell,
    outside_id. Raises KeyError for a kind no room lists, IntegrityError if neither customer nor
    visitor is given or the outside_id is recorded already.
    """
    return record_many([Fact(kind, channel, **facts)])[0]


def record_many(facts: Iterable[Fact]) -> list[Touchpoint]:
    """Write many touchpoints with one insert; announce after commit what is to be told."""
    now = timezone.now()
    rows = Touchpoint.objects.bulk_create([_row(fact, now) for fact in facts], batch_size=_BATCH)
    for row in rows:
        if row.announced_at is None:
            transaction.on_commit(partial(announce, row.pk), robust=True)
    return rows


def complete_many(better: Iterable[tuple[Touchpoint, Fact]]) -> None:
    """Give touchpoints the time and data of the same facts told better, with one update.

    Beside the proof of its customer this is the one change a touchpoint knows: a source that had
    neither time nor id of what happened was first. What is to be told is announced (again), which
    tells nobody twice.
    """
    now = timezone.now()
    rows = []
    for row, fact in better:
        row.happened_at, row.data = fact.happened_at or row.happened_at, fact.data
        if fact.tell and row.happened_at > now - STALE:
            row.announced_at = None
            transaction.on_commit(partial(announce, row.pk), robust=True)
        rows.append(row)
    Touchpoint.objects.bulk_update(rows, ["happened_at", "data", "announced_at"], _BATCH)


def _row(fact: Fact, now: datetime) -> Touchpoint:
    kind = kinds.get(fact.kind)
    happened_at = fact.happened_at or now
    told = fact.tell and happened_at > now - STALE
    about = fact.about
    return Touchpoint(
        customer=fact.customer,
        visitor=fact.visitor,
        kind=fact.kind,
        channel=fact.channel,
        direction=kind.direction,
        stage=kind.stage,
        visible=kind.visible,
        about_type=ContentType.objects.get_for_model(about) if about else None,
        about_id=about.pk if about else None,
        data=fact.data,
        actor=fact.actor,
        happened_at=happened_at,
        announced_at=None if told else now,
        outside_id=fact.outside_id,
    )


def sentence(touchpoint: Touchpoint) -> SafeString:
    """Say what happened in the language of the moment: `timeline/<kind>.html` of its room.

    The template gets `touchpoint` and its `data`. A kind that no room has words for (any more) is
    said in general ones: a history is never missing a page for it.
    """
    context = {"touchpoint": touchpoint, "data": touchpoint.data}
    template = select_template([f"timeline/{touchpoint.kind}.html", "timeline/_other.html"])
    # What a template engine rendered is escaped already; only the white space around it goes.
    return mark_safe(template.render(context).strip())  # noqa: S308


@cache
def listener(path: str) -> Callable[[Touchpoint], None]:
    """Return the function at a dotted path of TOUCHPOINT_LISTENERS."""
    function: Callable[[Touchpoint], None] = import_string(path)
    return function


def announce(touchpoint_id: int) -> None:
    """Tell every listener of a touchpoint, each on its own; telling twice is harmless."""
    row = (
        Touchpoint.objects.unannounced()
        .select_related("customer", "about_type")
        .filter(pk=touchpoint_id)
        .first()
    )
    if row is None:
        return
    for path in settings.TOUCHPOINT_LISTENERS:
        if not _told(path, row):
            Announcement.objects.get_or_create(
                touchpoint=row,
                listener=path,
                defaults={"due_at": timezone.now() + _pause(1)},
            )
    Touchpoint.objects.filter(pk=row.pk).update(announced_at=timezone.now())


def _told(path: str, row: Touchpoint) -> bool:
    try:
        with transaction.atomic():
            listener(path)(row)
    except Exception as error:
        logs.failure(
            log, "listener.failed", error, level=logging.WARNING, listener=path, row=row.pk
        )
        return False
    return True


def _pause(attempts: int) -> timedelta:
    """Return how long to wait after so many tries: 30 s, doubled each time, an hour at most."""
    return min(timedelta(seconds=30 * 2 ** (attempts - 1)), timedelta(hours=1))


def announce_again(*, older_than: timedelta = timedelta(minutes=1)) -> int:
    """Announce what a crash left unannounced and retry failed listeners; return how many."""
    now = timezone.now()
    lost = list(
        Touchpoint.objects.unannounced()
        .filter(happened_at__lt=now - older_than)
        .order_by("id")
        .values_list("id", flat=True)[:_BATCH]
    )
    for pk in lost:
        announce(pk)
    due = Announcement.objects.filter(parked_at=None, due_at__lte=now)
    retried = list(due.select_related("touchpoint__customer").order_by("due_at")[:_BATCH])
    for failure in retried:
        _retry(failure)
    return len(lost) + len(retried)


def _retry(failure: Announcement) -> None:
    if _told(failure.listener, failure.touchpoint):
        failure.delete()
        return
    attempts = failure.attempts + 1
    parked_at = timezone.now() if attempts >= MAX_ATTEMPTS else None
    Announcement.objects.filter(pk=failure.pk).update(
        attempts=F("attempts") + 1, due_at=timezone.now() + _pause(attempts), parked_at=parked_at
    )
    if parked_at:
        log.error(
            "listener.parked",
            extra={"listener": failure.listener, "row": failure.touchpoint_id},
        )
