"""What beat does for customers and their history."""

from celery import shared_task

from portal.customers import services, timeline


@shared_task
def announce_again() -> int:
    """Announce what a crash left unannounced, and retry listeners that failed."""
    return timeline.announce_again()


@shared_task
def sweep_unproven() -> int:
    """Forget addresses that were typed and never proven."""
    return services.sweep_unproven()
