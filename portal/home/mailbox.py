"""The demo's mailbox: what was mailed, newest first. Only in the demo, only on loopback."""

import email
import email.policy
import ipaddress
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from portal.customers import addresses

_NEWEST = 100


def mail(request: HttpRequest) -> HttpResponse:
    """Show the mails of the demo; `?to=ADDRESS` narrows, `Accept: application/json` gives JSON."""
    if not settings.DEMO or not _is_loopback(request.META.get("REMOTE_ADDR", "")):
        raise Http404
    wanted = addresses.fold_email(request.GET.get("to", ""))
    found = list(islice((m for m in _mails() if not wanted or _is_to(m, wanted)), _NEWEST))
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse(found, safe=False, json_dumps_params={"ensure_ascii": False})
    return render(request, "home/mailbox.html", {"mails": found, "to": wanted})


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _is_to(mail: dict[str, Any], wanted: str) -> bool:
    return any(addresses.fold_email(address) == wanted for _, address in getaddresses([mail["to"]]))


def _mails() -> Iterator[dict[str, Any]]:
    """Read the mails from the newest on, only as far as somebody looks."""
    folder = Path(getattr(settings, "EMAIL_FILE_PATH", settings.VAR_DIR / "mail"))
    for file in sorted(folder.glob("*.log"), key=lambda f: f.stat().st_mtime_ns, reverse=True):
        # The file backend puts the mails of one connection into one file, dashes between them.
        parts = file.read_bytes().split(b"\n" + b"-" * 79 + b"\n")
        yield from (_read(part) for part in reversed(parts) if part.strip())


def _read(raw: bytes) -> dict[str, Any]:
    message = email.message_from_bytes(raw.lstrip(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return {
        "to": str(message["To"]),
        "subject": str(message["Subject"]),
        "text": _body(message, "plain"),
        "html": _body(message, "html"),
        "at": _utc(parsedate_to_datetime(str(message["Date"]))),
    }


def _utc(at: datetime) -> datetime:
    """Return an aware time: Django writes "-0000", which is UTC and read as no zone at all."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part else ""
