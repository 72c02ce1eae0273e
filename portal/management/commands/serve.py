"""Serve the portal: pages and sockets, and without Redis the worker and beat too."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from portal.management import serving


class Command(BaseCommand):
    """`manage.py serve [--host 127.0.0.1] [--port 8000]`"""

    help = "Serve pages and sockets; without REDIS_URL also the Celery worker and beat."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take host and port; the port's default is PORT."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=settings.PORT)

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until told to stop."""
        serving.run(host=options["host"], port=options["port"])
