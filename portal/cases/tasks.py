"""What beat does for cases."""

from celery import shared_task

from portal.cases import drafts, services


@shared_task
def keep_promises() -> int:
    """Tell customers of promises that are about to break, with a new time."""
    return services.move_breaking_promises()


@shared_task
def close_old() -> int:
    """Close what was solved long ago."""
    return services.close_old()


@shared_task
def sweep_drafts() -> int:
    """Drop inquiries whose e-mail was never proven."""
    return drafts.sweep()
