"""When somebody is there: opening hours, closures and public holidays, and time counted in them.

Public holidays come from the `holidays` library, by the shop's country.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import holidays
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.shop import services
from portal.shop.models import Closure, OpeningHours

# Far enough to find an opening behind any holidays, near enough to end on a shop without hours.
_HORIZON_DAYS = 60


@dataclass(frozen=True)
class Calendar:
    """The hours as read once from the database, for as many questions as one page asks."""

    week: dict[int, tuple[tuple[time, time], ...]]
    closed: frozenset[date]
    opened: frozenset[date]
    country: str

    def is_holiday(self, day: date) -> bool:
        """Tell whether ``day`` is a public holiday or closure on which the shop stays shut."""
        if day in self.opened:
            return False
        return day in self.closed or day in _public_holidays(self.country, day.year)

    def spans(self, day: date) -> list[tuple[datetime, datetime]]:
        """Return the open spans of ``day`` as aware times, earliest first."""
        if self.is_holiday(day):
            return []
        zone = timezone.get_default_timezone()
        return [
            (datetime.combine(day, opens, zone), datetime.combine(day, closes, zone))
            for opens, closes in self.week.get(day.isoweekday(), ())
        ]

    def spans_from(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield what is left of today's open spans at ``at`` and those of the days to come."""
        today = at.astimezone(timezone.get_default_timezone()).date()
        for ahead in range(_HORIZON_DAYS):
            for opens, closes in self.spans(today + timedelta(days=ahead)):
                if closes > at:
                    yield max(opens, at), closes


@lru_cache(maxsize=32)
def _public_holidays(country: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=[year]))


def calendar() -> Calendar:
    """Read the shop's hours and the closures that still matter (two queries)."""
    week: dict[int, list[tuple[time, time]]] = {}
    for row in OpeningHours.objects.all():
        week.setdefault(row.weekday, []).append((row.opens, row.closes))
    since = timezone.localdate() - timedelta(days=370)
    closures = list(Closure.objects.filter(day__gte=since))
    return Calendar(
        week={day: tuple(spans) for day, spans in week.items()},
        closed=frozenset(closure.day for closure in closures if not closure.open),
        opened=frozenset(closure.day for closure in closures if closure.open),
        country=services.current().country,
    )


def is_open(at: datetime | None = None) -> bool:
    """Tell whether somebody is there at ``at`` (now by default)."""
    at = at or timezone.now()
    day = at.astimezone(timezone.get_default_timezone()).date()
    return any(opens <= at < closes for opens, closes in calendar().spans(day))


def next_opening(at: datetime | None = None) -> datetime | None:
    """Return ``at`` itself while open, else when the shop opens next; None if it never does."""
    at = at or timezone.now()
    return next((opens for opens, _closes in calendar().spans_from(at)), None)


def after(at: datetime, hours: float) -> datetime:
    """Return the time at which ``hours`` of opening time have passed since ``at``.

    A shop without opening hours is taken to be there around the clock.
    """
    left = timedelta(hours=hours)
    for opens, closes in calendar().spans_from(at):
        if opens + left <= closes:
            return opens + left
        left -= closes - opens
    return at + timedelta(hours=hours)


def sentence(language: str | None = None) -> str:
    """Say the week's opening hours in one line, in ``language`` or the one of the moment."""
    with translation.override(language or translation.get_language() or "ja"):
        groups = [
            _("%(days)s %(hours)s")
            % {
                "days": _days(days),
                "hours": _("%(from)s to %(to)s")
                % {"from": f"{opens:%-H:%M}", "to": f"{closes:%-H:%M}"},
            }
            for (opens, closes), days in _grouped().items()
        ]
        if not groups:
            return _("any time")
        return _("%(hours)s, closed on public holidays") % {"hours": _(", ").join(groups)}


def _grouped() -> dict[tuple[time, time], list[int]]:
    groups: dict[tuple[time, time], list[int]] = {}
    for row in OpeningHours.objects.all():
        groups.setdefault((row.opens, row.closes), []).append(row.weekday)
    return groups


def _days(days: list[int]) -> str:
    # 2024-01-01 was a Monday: any week serves to name the days of one.
    names = [date_format(date(2024, 1, day), "D") for day in days]
    together = len(days) > 2 and days == list(range(days[0], days[-1] + 1))
    return (
        _("%(first)s to %(last)s") % {"first": names[0], "last": names[-1]}
        if together
        else (_(", ").join(names))
    )
