"""The order feed: where the shop's system sends what happened to an order (DESIGN §8)."""

import logging

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from ninja import Router

from orders import services
from orders.feed import ucp
from orders.feed.snapshot import Rejected
from portal import webhooks

log = logging.getLogger(__name__)
router = Router(tags=["orders"])

_DOCS = webhooks.described(
    {"type": "object"},
    summary="One order as it is now",
    about="An order of the Universal Commerce Protocol (dev.ucp.shopping.order) with `buyer`, and "
    "optionally `created_time`, `placed_at` and `promised_at`; an adjustment that answers a "
    "request of ours carries its `request_id`.",
)


@router.post("/orders/feed", openapi_extra=_DOCS, url_name="order_feed")
def feed(request: HttpRequest) -> JsonResponse:
    """Take one UCP order snapshot, signed per Standard Webhooks with FEED_SECRET."""
    try:
        data, sent_at = webhooks.read(request, secrets=settings.FEED_SECRET)
        snapshot = ucp.read(data, received_at=sent_at)
    except webhooks.Refused as refused:
        return webhooks.refuse(request, refused)
    except Rejected as rejected:
        return webhooks.refuse(request, webhooks.Refused(422, *rejected.errors))
    outcome = services.take_snapshots([snapshot], tell=True)[0]
    if isinstance(outcome, Rejected):
        return webhooks.refuse(request, webhooks.Refused(422, *outcome.errors))
    log.info("order.fed", extra={"outcome": outcome})
    return JsonResponse({}, status=202)
