"""Single values as they come from outside: numbers of orders, addresses, times and money."""

import re
from datetime import UTC, datetime, time
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from typing import Any

from babel.core import get_global
from babel.numbers import get_currency_precision
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from portal.customers import addresses

_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
_NUMBER = re.compile(r"[A-Za-z0-9._-]{1,64}")
_EARLIEST, _LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
# The greatest integer that JSON carries exactly (RFC 8259 section 6).
GREATEST = 2**53 - 1


def is_number(text: str | None) -> bool:
    """Tell whether a text may be an order number: it becomes part of an address."""
    # "." and ".." would be taken out of the address by browsers.
    return bool(text and _NUMBER.fullmatch(text) and text not in (".", ".."))


def email(text: str) -> str:
    """Return an e-mail address folded, or "" if it is none."""
    folded = addresses.fold_email(text)
    try:
        validate_email(folded)
    except ValidationError:
        return ""
    return folded if len(folded) <= 254 else ""


def moment(value: Any, *, end_of_day: bool = False) -> datetime | None:
    """Return an ISO 8601 time, or None if it is none.

    A naive one is in the shop's zone; a bare date is its first moment, or the last one of what is
    promised for that day.
    """
    return _moment(value.strip(), end_of_day) if isinstance(value, str) else None


# A CSV repeats the times of an order on each of its rows.
@lru_cache(maxsize=1024)
def _moment(text: str, end_of_day: bool) -> datetime | None:
    try:
        read = datetime.fromisoformat(text)
        if end_of_day and len(text) <= len("2026-11-21"):
            read = datetime.combine(read.date(), time(23, 59))
        aware = timezone.make_aware(read) if timezone.is_naive(read) else read
        return aware if sensible(aware) else None
    except (ValueError, OverflowError):
        return None


def sensible(at: datetime) -> bool:
    """Tell whether a time is one that an order can have and a database can keep."""
    try:
        return _EARLIEST < at < _LATEST
    except OverflowError:
        return False


@cache
def _currencies() -> frozenset[str]:
    return frozenset(get_global("all_currencies"))


def is_currency(code: str) -> bool:
    """Tell whether ``code`` is of ISO 4217."""
    return code in _currencies()


def minor(text: str, currency: str) -> int | None:
    """Return an amount in major units ("19.80") in minor units; None if it is none or below 0."""
    try:
        amount = Decimal(text.strip()).scaleb(get_currency_precision(currency))
        whole = int(amount)
    except (InvalidOperation, ValueError, OverflowError):
        return None
    return whole if whole == amount and 0 <= whole <= GREATEST else None


def keepable(text: str) -> bool:
    """Tell whether a database can keep a text: no NUL, no half of a surrogate pair."""
    return not _UNKEEPABLE.search(text)


def printable(text: str) -> str:
    """Return a text that can be sent, whatever was in it."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "?")


def is_csv_number(text: str) -> bool:
    """Tell whether a text from a CSV file may be an order number; shops write "#1001" there."""
    return 0 < len(text) <= 64 and text.isprintable() and not re.search(r"[\s/\\]", text)
