"""Requests to the shop's own system: written in the transaction, sent after commit, swept.

Signed per Standard Webhooks with SHOP_SECRET. The row is the truth: a request is sent again with
the same id until the shop has taken it, so the shop must take a repeated id once, as Standard
Webhooks ask. Without SHOP_URL requests wait in their rows.
"""

import json
import logging
import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.error import URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from orders.models import Order, ShopRequest
from portal import doorbell, webhooks

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10
# After that many tries (about two days) somebody has to look: it is logged as an error, once.
_WORRYING = 50


def ask(order: Order, kind: str, *, lines: list[dict[str, Any]], reason: str = "") -> ShopRequest:
    """Write down a request of type ``kind`` ("order.cancel_requested") and send it after commit."""
    request = ShopRequest(order=order, type=kind)
    request.body = {
        "type": kind,
        "timestamp": timezone.now().isoformat(),
        "data": {
            "request_id": str(request.pk),
            "order_id": order.shop_id or order.number,
            "lines": lines,
            "reason": reason,
        },
    }
    request.save()
    transaction.on_commit(partial(_ring, request.pk), robust=True)
    return request


def _ring(request_id: uuid.UUID) -> None:
    """Ask a worker to send now; should nobody hear it, the sweep sends within half a minute."""
    from orders import tasks  # which import this module

    doorbell.ring(tasks.send_request, str(request_id))


def send_due(*, limit: int = 100) -> int:
    """Send what is due; return how many requests the shop took."""
    if not settings.SHOP_URL:
        return 0
    due = ShopRequest.objects.filter(sent_at=None, due_at__lte=timezone.now())
    return sum(send(request) for request in due.order_by("due_at")[:limit])


def send(request: ShopRequest, *, post: Callable[..., None] | None = None) -> bool:
    """Send one request if nobody else is just doing it; return whether the shop took it.

    Taking it is one conditional UPDATE that also sets when to try again, so a crash while sending
    costs a repetition and never the request.
    """
    if not settings.SHOP_URL:
        return False
    taken = ShopRequest.objects.filter(
        pk=request.pk, sent_at=None, attempts=request.attempts
    ).update(attempts=F("attempts") + 1, due_at=timezone.now() + pause(request.attempts + 1))
    if not taken:
        return False
    try:
        (post or _post)(request)
    except (OSError, ValueError) as error:
        serious = request.attempts + 1 == _WORRYING
        log.log(
            logging.ERROR if serious else logging.WARNING,
            "gateway.not_sent",
            # Not "request", which is the name of a page's own and masked.
            extra={"shop_request": str(request.pk), "why": type(error).__name__},
        )
        return False
    ShopRequest.objects.filter(pk=request.pk).update(sent_at=timezone.now())
    return True


def pause(attempts: int) -> timedelta:
    """Return how long to wait after so many tries: 30 s, doubled each time, an hour at most."""
    return min(timedelta(seconds=30 * 2 ** min(attempts - 1, 7)), timedelta(hours=1))


class _NoRedirects(HTTPRedirectHandler):
    """A redirect is an error: the body must not wander to another host."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def _post(request: ShopRequest) -> None:
    """POST the signed body. Raises OSError unless the shop answers 2xx."""
    body = json.dumps(request.body, ensure_ascii=False)
    headers = webhooks.headers(body, message_id=str(request.pk), secrets=settings.SHOP_SECRET)
    # SHOP_URL is the operator's own setting, checked to be http(s) here; nothing of a customer.
    if not settings.SHOP_URL.startswith(("https://", "http://")):
        raise URLError("SHOP_URL is no http(s) address")
    message = Request(  # noqa: S310
        settings.SHOP_URL,
        data=body.encode(),
        headers={"content-type": "application/json", **headers},
        method="POST",
    )
    with build_opener(_NoRedirects).open(message, timeout=TIMEOUT_SECONDS) as response:
        if not 200 <= response.status < 300:
            raise URLError(f"status {response.status}")
