"""Bring the Japanese catalogues in line with the texts of the code."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from portal.management import messages


class Command(BaseCommand):
    """`manage.py update_messages [ROOM …]`, a room being `orders` or `portal/customers`."""

    help = "Extract texts into each room's Japanese catalogue and say what lacks Japanese."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the rooms to update; all by default."""
        parser.add_argument("rooms", nargs="*")

    def handle(self, *args: Any, **options: Any) -> None:
        """Update the catalogues and print what is left to translate."""
        chosen = {settings.BASE_DIR / name for name in options["rooms"]}
        for room in messages.rooms():
            if not chosen or room in chosen:
                left = messages.update(room)
                self.stdout.write(f"{room.relative_to(settings.BASE_DIR)}: {left} to translate")
