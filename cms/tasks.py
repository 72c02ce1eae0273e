"""What beat does for the pages."""

from celery import shared_task
from django.core.management import call_command


@shared_task
def publish_scheduled() -> None:
    """Publish and take away what editors have set a time for."""
    call_command("publish_scheduled", verbosity=0)
