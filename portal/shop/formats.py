"""How money and times are written for people: one place for pages, mails and the bot.

Language and zone are the active ones (`django.utils.translation`, `django.utils.timezone`), so a
caller who writes to somebody in another language wraps the call in `translation.override`.
"""

from datetime import date, datetime
from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, pgettext


def money(minor: int, currency: str) -> str:
    """Write an amount in minor units (ISO 4217): 「1,980円」 in Japanese, ¥1,980 else."""
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    language = (get_language() or "ja").split("-")[0]
    if currency == "JPY" and language == "ja":
        return f"{amount:,.0f}円"
    return format_currency(amount, currency, locale=language)


def day(value: date | datetime) -> str:
    """Write a day with its weekday, 「11月21日（土）」 or "Sat 21 Nov"; the year if another."""
    local = _local_day(value)
    if local.year == timezone.localdate().year:
        return date_format(local, pgettext("date format: day", "D j M"))
    return date_format(local, pgettext("date format: day and year", "D j M Y"))


def clock(value: datetime) -> str:
    """Write the time of day, "14:00", in the active zone."""
    return date_format(timezone.localtime(value), "H:i")


def moment(value: date | datetime) -> str:
    """Write day and time, 「11月21日（土）14:00」 or "Sat 21 Nov, 14:00"; a date has no time."""
    if not isinstance(value, datetime):
        return day(value)
    return pgettext("date format: day, then time", "%(day)s, %(time)s") % {
        "day": day(value),
        "time": clock(value),
    }


def near(value: date | datetime) -> str:
    """Write a day as people say it: 「明日 11月22日（日）」, "Tomorrow, Sun 22 Nov"."""
    distance = (_local_day(value) - timezone.localdate()).days
    words = {-1: gettext("Yesterday"), 0: gettext("Today"), 1: gettext("Tomorrow")}
    if distance not in words:
        return day(value)
    return pgettext("date format: near word, then day", "%(word)s, %(day)s") % {
        "word": words[distance],
        "day": day(value),
    }


def _local_day(value: date | datetime) -> date:
    return timezone.localtime(value).date() if isinstance(value, datetime) else value
