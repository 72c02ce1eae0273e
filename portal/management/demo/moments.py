"""Times of the demo world, told relative to the moment it is set up (see orders.yml)."""

import re
from datetime import datetime, time, timedelta

from django.utils import timezone

_RELATIVE = re.compile(r"(?P<sign>[+-])(?P<n>\d+)(?P<unit>[mhd])(?: (?P<clock>\d\d:\d\d))?")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def moment(text: str, *, now: datetime) -> datetime:
    """Return the time that ``-5h``, ``+2d`` or ``-3d 10:15`` means, seen from ``now``.

    A clock time is that of the shop's zone. Raises ValueError for anything else.
    """
    match = _RELATIVE.fullmatch(text)
    if not match:
        raise ValueError(f"not a relative time: {text!r}")
    distance = timedelta(**{_UNITS[match["unit"]]: int(match["n"])})
    at = now + distance if match["sign"] == "+" else now - distance
    if match["clock"]:
        zone = timezone.get_default_timezone()
        at = datetime.combine(at.astimezone(zone).date(), time.fromisoformat(match["clock"]), zone)
    return at
