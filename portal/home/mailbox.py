"""The demo's mailbox: what was mailed, newest first. Only in the demo, only on loopback."""

import email
import email.policy
import ipaddress
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

_NEWEST = 100


def mail(request: HttpRequest) -> HttpResponse:
    """Show the mails of the demo; `?to=ADDRESS` narrows, `Accept: application/json` gives JSON."""
    if not settings.DEMO or not ipaddress.ip_address(request.META["REMOTE_ADDR"]).is_loopback:
        raise Http404
    wanted = request.GET.get("to", "").strip().casefold()
    mails = [m for m in _mails() if not wanted or wanted in m["to"].casefold()][:_NEWEST]
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse(mails, safe=False, json_dumps_params={"ensure_ascii": False})
    return render(request, "home/mailbox.html", {"mails": mails, "to": wanted})


def _mails() -> list[dict[str, Any]]:
    folder = Path(getattr(settings, "EMAIL_FILE_PATH", settings.VAR_DIR / "mail"))
    # The file backend puts the mails of one connection into one file, a line of dashes between.
    files = sorted(folder.glob("*.log"), key=lambda f: f.stat().st_mtime_ns, reverse=True)
    found: list[dict[str, Any]] = []
    for file in files[:_NEWEST]:
        parts = file.read_bytes().split(b"\n" + b"-" * 79 + b"\n")
        found += [_read(part) for part in reversed(parts) if part.strip()]
    return found


def _read(raw: bytes) -> dict[str, Any]:
    message = email.message_from_bytes(raw.lstrip(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return {
        "to": str(message["To"]),
        "subject": str(message["Subject"]),
        "text": _body(message, "plain"),
        "html": _body(message, "html"),
        "at": parsedate_to_datetime(str(message["Date"])).isoformat(),
    }


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part else ""
