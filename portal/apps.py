"""The ground's own templates and static files; it has no models."""

from importlib import import_module

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Registers templates, static files and commands of the portal itself."""

    name = "portal"

    def ready(self) -> None:
        """Make ours the current Celery application in every process.

        `portal/__init__.py`, where Celery's guide would do it, stays empty (DESIGN §4).
        """
        import_module("portal.celery")
