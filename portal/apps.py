"""The ground's own templates and static files; it has no models."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Registers templates, static files and commands of the portal itself."""

    name = "portal"
