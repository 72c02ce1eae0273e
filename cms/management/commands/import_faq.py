"""`manage.py import_faq FILE`: publish questions from a CSV file."""

import json
import sys
import time
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from tqdm import tqdm

from cms import files, importing


class Command(BaseCommand):
    """Publishes the questions of a CSV file; a bad row is told on stderr and left out."""

    help = "Publish questions from CSV: language,topic,question,answer,alternates (by |)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file."""
        parser.add_argument("file")

    def handle(self, *args: Any, file: str, **options: Any) -> None:
        """Import, and print the summary as the last line; exit 2 if the file cannot be read."""
        begun = time.monotonic()
        try:
            rows = files.rows(file, importing.COLUMNS)
        except files.UnreadableFile as error:
            self.stderr.write(str(error))
            sys.exit(2)
        counts: Counter[str] = Counter()
        for line, row in tqdm(rows, file=sys.stderr, disable=not rows, unit="faq"):
            counts[self._take(line, row)] += 1
        summary = {name: counts[name] for name in ("created", "updated", "unchanged", "rejected")}
        seconds = round(time.monotonic() - begun, 2)
        self.stdout.write(json.dumps({"faqs": len(rows), **summary, "seconds": seconds}))

    def _take(self, line: int, row: dict[str, str]) -> str:
        try:
            return importing.take(row).value
        except importing.BadRow as error:
            tqdm.write(f"line {line}: {error}", file=sys.stderr)  # above the bar, not into it
            return "rejected"
