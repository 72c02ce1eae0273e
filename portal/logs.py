"""Structured logs: one JSON object a line, ids instead of people."""

import logging
import re
import traceback
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.urls import Resolver404, ResolverMatch, resolve
from pythonjsonlogger.json import JsonFormatter as _JsonFormatter

# A belt beside the rule that nothing personal is logged: what looks like an address, a phone
# number, a token in a query or a long code is replaced before it is written.
_PERSONAL = re.compile(
    r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?<![\w.:-])\+\d[\d ()-]{7,14}\d"
    r"|(?<![\w.:-])\(?0\d{1,4}\)?[ -]?\d{1,4}[ -]?\d{3,4}(?![\w.:-])"
    r"|(?<=[?&])(?:token|code|key|visitor|q)=[^&\s\"']+"
)
MASK = "[hidden]"


def impersonal(text: str) -> str:
    """Return ``text`` with addresses, phone numbers and query secrets replaced by a mask."""
    return _PERSONAL.sub(MASK, text)


def _paths(request: Any) -> tuple[str, str]:
    """Return the path of a request, and the route it took: what was typed into it stays out."""
    path = getattr(request, "path", "")
    return path, _route(path, getattr(request, "resolver_match", None))


def _route(path: str, match: ResolverMatch | None) -> str:
    try:
        match = match or resolve(path)
    except Resolver404:
        return MASK
    return f"/{match.route}" if match.args or match.kwargs else path


def places(error: BaseException | None) -> str:
    """Return what went wrong and where, cause first, without the errors' own words.

    Those may quote a row, an address or what somebody typed.
    """
    if error is None:
        return ""
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    here = "".join(
        f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}\n'
        for frame in traceback.extract_tb(error.__traceback__)
    )
    return f"{places(earlier)}{here}{type(error).__qualname__}\n"


def failure(
    log: logging.Logger,
    event: str,
    error: BaseException,
    *,
    level: int = logging.ERROR,
    **about: Any,
) -> None:
    """Log ``event`` with the kind of error, its places in the code and ids."""
    extra = {"error": type(error).__name__, "places": places(error), **about}
    log.log(level, event, extra=extra)


class Impersonal(logging.Filter):
    """Masks what looks personal in the message, its arguments and extras; errors keep no words."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite ``record`` in place and let it pass."""
        path, named = _paths(getattr(record, "request", None))
        text = record.getMessage()
        record.msg, record.args = impersonal(text.replace(path, named) if path else text), None
        if record.exc_info:
            # A developer's own machine holds nobody's data, and there the words help.
            keep = settings.DEBUG
            text = logging.Formatter().formatException(record.exc_info) if keep else ""
            record.exc_text = impersonal(text) or places(record.exc_info[1])
            record.exc_info = None
        for name, value in vars(record).items():
            if name == "request":
                # Django attaches the whole request; its query may name people.
                setattr(record, name, named)
            elif isinstance(value, str) and name not in ("name", "pathname", "exc_text"):
                setattr(record, name, impersonal(value))
        return True


class JsonFormatter(_JsonFormatter):
    """The time, level, logger and message of a record, and its extras."""

    def __init__(self) -> None:
        super().__init__(
            "{asctime}{levelname}{name}{message}",
            style="{",
            rename_fields={"asctime": "at", "levelname": "level", "name": "logger"},
            json_ensure_ascii=False,
        )

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        """Return when it was logged, ISO 8601 in UTC."""
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
