"""The room cms."""

from typing import Any

from django.apps import AppConfig


class CmsConfig(AppConfig):
    """Registers the room and keeps the answers' index as new as the pages.

    Signals, here only (DESIGN §4): Wagtail's page hooks miss scheduled and workflow publishing.
    """

    name = "cms"

    def ready(self) -> None:
        """Listen to publishing."""
        from wagtail.signals import page_published, page_unpublished

        page_published.connect(_changed, dispatch_uid="cms.answers.published")
        page_unpublished.connect(_changed, dispatch_uid="cms.answers.unpublished")


def _changed(instance: Any, **kwargs: Any) -> None:
    from cms.answers import current

    current.bump(instance.locale.language_code)
