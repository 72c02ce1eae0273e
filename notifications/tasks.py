"""What workers and beat do for notifications."""

from celery import shared_task

from notifications import delivering


@shared_task
def deliver(delivery_id: int) -> bool:
    """Send one delivery, right after it was written."""
    return delivering.deliver(delivery_id)


@shared_task
def deliver_due() -> int:
    """Send what no doorbell rang for, what is to be tried again, and what was left half sent."""
    return delivering.deliver_due()
