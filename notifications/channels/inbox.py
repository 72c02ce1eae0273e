"""The inbox: what was told, on a page of ours, with a bell that counts what is unread."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Page, Paginator
from django.db.models import Case, When

from notifications.models import Notification
from portal.customers import timeline
from portal.customers.models import Customer

PAGE_SIZE = 20
# A bell says "99+" above it.
MOST = 99


@dataclass(frozen=True)
class Entry:
    """One line of the inbox."""

    pk: int
    sentence: str
    topic: str
    at: datetime
    is_read: bool


def page(person: Customer | AnonymousUser, number: str | int | None) -> Page[Notification]:
    """Return a page of what was told, unread first, then the newest (five queries at most)."""
    rows = (
        Notification.objects.visible_to(person)
        .select_related("touchpoint")
        .prefetch_related("touchpoint__about")
        .order_by(Case(When(read_at=None, then=0), default=1), "-created_at", "-id")
    )
    return Paginator(rows, PAGE_SIZE).get_page(number)


def entry(row: Notification) -> Entry:
    """Say one notification in the language of the moment."""
    return Entry(
        pk=row.pk,
        sentence=timeline.sentence(row.touchpoint),
        topic=row.get_topic_display(),
        at=row.touchpoint.happened_at,
        is_read=row.read_at is not None,
    )


def unread(person: Customer | AnonymousUser) -> int:
    """Return how many entries nobody has opened, counted up to one more than `MOST`."""
    return Notification.objects.visible_to(person).unread()[: MOST + 1].count()
