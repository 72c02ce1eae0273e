"""The index of each language that serves now: kept in memory, rebuilt when its version changes.

The version is a row that publishing changes in its own transaction, so every process and thread
sees the change with its next search; nobody has to be told.
"""

import threading
import time
from collections.abc import Hashable
from dataclasses import dataclass

from wagtail.models import Locale

from cms.answers.index import Entry, Index
from cms.models import FAQPage, IndexVersion, Synonym


@dataclass(frozen=True)
class Found:
    """What is said of a page found."""

    page_id: int
    url: str
    title: str
    short_answer: str
    actions: tuple[str, ...]


@dataclass(frozen=True)
class Current:
    """An index with the version it was built for, and the pages by id."""

    version: int
    index: Index
    pages: dict[Hashable, Found]


_current: dict[str, Current] = {}
_building = threading.Lock()


def bump(language: str) -> None:
    """Make the index of a language old, in the caller's transaction."""
    # The clock, not a count: a number that was rolled back must never come again.
    IndexVersion.objects.update_or_create(language=language, defaults={"version": time.time_ns()})


def bump_all() -> None:
    """Make every index old (a whole tree was moved or deleted)."""
    for language in Locale.objects.values_list("language_code", flat=True):
        bump(language)


def get(language: str) -> Current:
    """Return the index of a language as of now; one query when nothing has changed.

    Whoever comes first after a change rebuilds it, the others wait for that.
    """
    wanted = _version(language)
    current = _current.get(language)
    if current and current.version == wanted:
        return current
    with _building:
        current = _current.get(language)
        if not current or current.version != _version(language):
            current = _current[language] = _build(language, current)
        return current


def forget() -> None:
    """Drop all indexes (tests, whose databases come and go)."""
    _current.clear()


def _version(language: str) -> int:
    rows = IndexVersion.objects.filter(language=language)
    return rows.values_list("version", flat=True).first() or 0


def _build(language: str, before: Current | None) -> Current:
    # The version first: a change in between gives a newer index an old number, and one more build.
    version = _version(language)
    pages = FAQPage.objects.live().public().filter(locale__language_code=language)
    entries: list[Entry] = []
    found: dict[Hashable, Found] = {}
    for page in pages.order_by("path").prefetch_related("related_actions"):
        entries.append(Entry(page.pk, page.title, page.full_answer, tuple(page.alternates)))
        actions = tuple(row.action for row in page.related_actions.all())
        found[page.pk] = Found(page.pk, page.url, page.title, page.short_answer, actions)
    lines = Synonym.objects.filter(locale__language_code=language)
    index = Index(
        entries,
        language,
        synonyms=[line.phrases for line in lines],
        before=before.index if before else None,
    )
    return Current(version, index, found)
