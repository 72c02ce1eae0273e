"""What beat does for customers and their history."""

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore

from portal.customers import privacy, services, timeline


@shared_task
def announce_again() -> int:
    """Announce what a crash left unannounced, and retry listeners that failed."""
    return timeline.announce_again()


@shared_task
def sweep_unproven() -> int:
    """Forget addresses that were typed and never proven."""
    return services.sweep_unproven()


@shared_task
def retain() -> int:
    """Let go of what has been held for as long as its room says, and of sessions that are over."""
    SessionStore.clear_expired()
    return privacy.retain()
