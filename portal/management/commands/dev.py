"""Serve for developers: restarts when a source file changes."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

WATCHED = (".py", ".html", ".yml", ".mo")


class Command(BaseCommand):
    """`manage.py dev`"""

    help = "Serve with automatic restart on changes (developers only)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run `manage.py serve` again and again, a new process after each change."""
        from watchfiles import run_process

        root: Path = settings.BASE_DIR
        folders = [root / name for name in ("portal", "orders", "cms", "bot", "notifications")]
        self.stdout.write(f"Serving {settings.BASE_URL}/ and watching for changes.")
        run_process(
            *[folder for folder in folders if folder.exists()],
            target=f"{sys.executable} {root / 'manage.py'} serve",
            target_type="command",
            watch_filter=lambda _change, path: path.endswith(WATCHED),
        )
