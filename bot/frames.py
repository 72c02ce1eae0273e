"""The chat's frames: what a client may send, checked, and how rows look on the wire (DESIGN §8)."""

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext, gettext_lazy

from bot.models import Author, ChatMessage
from portal.shop import services as shop

MAX_BYTES = 32 * 1024
MAX_TEXT = 2000
MAX_PAYLOAD = 500
LANGUAGES = ("ja", "en")

DETAILS = {
    "bad_frame": gettext_lazy("We could not read that. Please reload the page and try again."),
    "too_long": gettext_lazy("That is too long: please stay within 2,000 characters."),
    "too_fast": gettext_lazy("That was a little too fast. Please wait a moment and send it again."),
    "not_offered": gettext_lazy("That choice is no longer offered. Please use the newest buttons."),
    "not_yours": gettext_lazy("We could not find that conversation, so we began a new one."),
    "closed": gettext_lazy("This conversation has ended. You can start a new one at any time."),
    "unavailable": gettext_lazy("Something went wrong on our side. Please try again in a moment."),
    "taken": gettext_lazy("Somebody else has already taken this conversation."),
    "not_agent": gettext_lazy("Only agents can work at the desk."),
}


class Refused(Exception):
    """A frame that is answered with an error frame."""

    def __init__(self, code: str, frame_id: uuid.UUID | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.frame_id = frame_id


@dataclass(frozen=True)
class Frame:
    """A client's frame whose fields have the right types; those it does not have are None."""

    type: str
    id: uuid.UUID | None = None
    text: str = ""
    payload: str = ""
    conversation: uuid.UUID | None = None
    after: int = 0
    language: str = "ja"
    visitor: str | None = None
    page: str | None = None
    seq: int = 0
    before: int = 0
    outcome: str = ""
    open: tuple[tuple[uuid.UUID, int], ...] = ()


def parse(text: str | None, known: dict[str, tuple[str, ...]]) -> Frame:
    """Read a frame of one of the ``known`` types, which list their fields (`!`: never null).

    Raises Refused: `bad_frame` for anything that is not such a frame, `too_long` for a text above
    2,000 code points.
    """
    return read(_object(text), known)


def read(raw: Any, known: dict[str, tuple[str, ...]]) -> Frame:
    """Do as `parse` does with what was JSON before."""
    kind = raw.get("type") if isinstance(raw, dict) else None
    if not isinstance(kind, str) or kind not in known:
        raise Refused("bad_frame")
    frame_id = _uuid_or_none(raw.get("id"))
    try:
        values = {n.rstrip("!"): _FIELDS[n](raw.get(n.rstrip("!"))) for n in known[kind]}
    except (ValueError, TypeError):
        raise Refused("bad_frame", frame_id) from None
    if len(values.get("text", "")) > MAX_TEXT:
        raise Refused("too_long", frame_id)
    return Frame(type=kind, **values)


def _object(text: str | None) -> dict[str, Any]:
    try:
        raw = json.loads(text or "", parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refused("bad_frame") from None
    if not isinstance(raw, dict):
        raise Refused("bad_frame")
    return raw


def _no_constant(name: str) -> None:
    # NaN and Infinity are not JSON (RFC 8259), though Python reads them.
    raise ValueError(name)


def _uuid(value: Any) -> uuid.UUID:
    if not isinstance(value, str) or len(value) != 36:
        raise ValueError
    return uuid.UUID(value)


def _uuid_or_none(value: Any) -> uuid.UUID | None:
    try:
        return _uuid(value)
    except ValueError:
        return None


def _conversation(value: Any) -> uuid.UUID | None:
    return None if value is None else _uuid(value)


def _string(value: Any) -> str:
    # PostgreSQL stores no NUL, and a lone surrogate is no character: neither reaches the database.
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError
    value.encode()
    return value


def _text(value: Any) -> str:
    text = _string(value)
    if not text.strip():
        raise ValueError
    return text


def _payload(value: Any) -> str:
    payload = _text(value)
    if len(payload) > MAX_PAYLOAD:
        raise ValueError
    return payload


def _token(value: Any) -> str | None:
    # Whatever it holds: a token we did not sign counts as none.
    if value is not None and not isinstance(value, str):
        raise ValueError
    return value


def _string_or_none(value: Any) -> str | None:
    return None if value is None else _string(value)


def _seq(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**31:
        raise ValueError
    return value


def _after(value: Any) -> int:
    return 0 if value is None else _seq(value)


def _language(value: Any) -> str:
    if value not in LANGUAGES:
        raise ValueError
    return str(value)


def _outcome(value: Any) -> str:
    if value not in ("solved", "case", "left", "abuse"):
        raise ValueError
    return str(value)


def _open(value: Any) -> tuple[tuple[uuid.UUID, int], ...]:
    if not isinstance(value, list) or len(value) > 50:
        raise ValueError
    if not all(isinstance(each, dict) for each in value):
        raise ValueError
    return tuple((_uuid(each.get("conversation")), _after(each.get("after"))) for each in value)


_FIELDS: dict[str, Any] = {
    "id": _uuid,
    "text": _text,
    "payload": _payload,
    "conversation": _conversation,
    "conversation!": _uuid,
    "after": _after,
    "language": _language,
    "visitor": _token,
    "page": _string_or_none,
    "seq": _seq,
    "before": _seq,
    "outcome": _outcome,
    "open": _open,
}


def written(at: datetime) -> str:
    """Write a time as frames carry it: ISO 8601 in UTC with Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def message(row: ChatMessage) -> dict[str, Any]:
    """Return the frame of a stored message; its name is in the language of the moment."""
    return {
        "type": "message",
        "seq": row.seq,
        "id": str(row.client_id) if row.client_id else None,
        "author": row.author,
        "name": _name(row),
        "text": row.text,
        "parts": row.parts,
        "answers": row.answers.seq if row.answers else None,
        "at": written(row.at),
    }


def _name(row: ChatMessage) -> str:
    if row.author == Author.BOT:
        return gettext("Assistant of %(shop)s") % {"shop": shop.current().name}
    if row.author == Author.AGENT:
        return (row.agent.name if row.agent else "") or gettext("Customer service")
    return ""


def error(code: str, frame_id: uuid.UUID | None = None) -> dict[str, Any]:
    """Return an error frame with its reason in the language of the moment."""
    return {
        "type": "error",
        "code": code,
        "detail": str(DETAILS[code]),
        "id": str(frame_id) if frame_id else None,
    }
