"""Cases: questions a person answers, and the time promised for it."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Registers the room."""

    name = "portal.cases"
    label = "cases"
