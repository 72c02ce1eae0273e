"""Structured logs: one JSON object a line, ids instead of people."""

import logging
import re
from datetime import UTC, datetime
from typing import Any

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
    match = getattr(request, "resolver_match", None)
    return path, f"/{match.route}" if match and match.kwargs else path


class Impersonal(logging.Filter):
    """Masks what looks personal in the message, its arguments, extras and traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite ``record`` in place and let it pass."""
        path, named = _paths(getattr(record, "request", None))
        text = record.getMessage()
        record.msg, record.args = impersonal(text.replace(path, named) if path else text), None
        if record.exc_info:
            record.exc_text = impersonal(logging.Formatter().formatException(record.exc_info))
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
