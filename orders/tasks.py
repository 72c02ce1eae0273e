"""What workers and beat do for orders."""

from celery import shared_task

from orders import gateway, promises
from orders.models import ShopRequest


@shared_task
def send_request(request_id: str) -> bool:
    """Send one request to the shop, right after it was made."""
    request = ShopRequest.objects.filter(pk=request_id, sent_at=None).first()
    return bool(request and gateway.send(request))


@shared_task
def send_due_requests() -> int:
    """Send again what the shop has not taken yet."""
    return gateway.send_due()


@shared_task
def tell_late() -> int:
    """Tell customers of orders that will not come as promised, before they ask."""
    return promises.tell_late()
