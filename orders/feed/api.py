"""The order feed: where the shop's system sends what happened to an order (DESIGN §8)."""

import json
import logging
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse
from ninja import Router

from orders import services
from orders.feed import signing, ucp
from orders.feed.snapshot import Rejected
from portal import limits

log = logging.getLogger(__name__)
router = Router(tags=["orders"])

MAX_BYTES = 1024 * 1024

_DOCS: dict[str, Any] = {
    "summary": "One order as it is now",
    "parameters": [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
        for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
    ],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "description": "An order of the Universal Commerce Protocol "
                    "(dev.ucp.shopping.order) with `buyer`, and optionally `created_time`, "
                    "`placed_at` and `promised_at`; an adjustment that answers a request of "
                    "ours carries its `request_id`.",
                }
            }
        },
    },
    "responses": {
        "202": {"description": "Taken; also when it is repeated or late"},
        "401": {"description": "Unsigned, wrongly signed, or more than 5 minutes off"},
        "413": {"description": "More than 1 MiB"},
        "422": {"description": "Not an order; `errors` says where by JSON pointer"},
        "429": {"description": "Too many refused requests"},
    },
}


@router.post("/orders/feed", openapi_extra=_DOCS, url_name="order_feed")
def feed(request: HttpRequest) -> JsonResponse:
    """Take one UCP order snapshot, signed per Standard Webhooks with FEED_SECRET."""
    body = _body(request)
    if body is None:
        return _refused(request, 413, ("", f"is more than {MAX_BYTES} bytes"))
    try:
        sent_at = signing.verify(body, request.headers, secrets=settings.FEED_SECRET)
        snapshot = ucp.read(_decoded(body), received_at=sent_at)
    except signing.BadSignature:
        return _refused(request, 401, ("", "is not signed with a secret we know, now"))
    except Rejected as rejected:
        return _refused(request, 422, *rejected.errors)
    outcome = services.take_snapshots([snapshot], tell=True)[0]
    if isinstance(outcome, Rejected):
        return _refused(request, 422, *outcome.errors)
    log.info("order.fed", extra={"outcome": outcome})
    return JsonResponse({}, status=202)


def _body(request: HttpRequest) -> bytes | None:
    """Return the body, None if it is too large; a length that is announced is enough to refuse."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > MAX_BYTES:
        return None
    try:
        body = request.body
    except RequestDataTooBig:
        return None
    return body if len(body) <= MAX_BYTES else None


def _decoded(body: bytes) -> Any:
    """Return the JSON value of a body that is signed. Raises Rejected."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Rejected(("", "is not JSON")) from None


def _refused(request: HttpRequest, status: int, *errors: tuple[str, str]) -> JsonResponse:
    """Answer what is wrong, by pointer; nothing of the input goes to the log. Too often is 429."""
    limits.demand("feed.refused", limits.network(request))
    log.warning("order.feed_refused", extra={"status": status, "objections": len(errors)})
    answer = [{"pointer": pointer, "detail": why} for pointer, why in errors]
    return JsonResponse({"errors": answer}, status=status)
