"""`manage.py eval_answers --faqs F --queries F --language ja|en`: how good the answers are."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from cms import files
from cms.answers import measure
from cms.answers.index import Entry
from cms.importing import parts


class Command(BaseCommand):
    """Measures the search on files, with exactly the code that serves customers."""

    help = "Measure the answers: CSV id,question,answer,alternates and query,relevant."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the two files and the language."""
        parser.add_argument("--faqs", required=True)
        parser.add_argument("--queries", required=True)
        parser.add_argument("--language", required=True, choices=["ja", "en"])

    def handle(self, *args: Any, faqs: str, queries: str, language: str, **options: Any) -> None:
        """Print the figures as the last line; exit 2 if a file cannot be read."""
        try:
            entries = [_entry(row) for _, row in files.rows(faqs, ("id", "question", "answer"))]
            asked = [_query(row) for _, row in files.rows(queries, ("query", "relevant"))]
        except files.UnreadableFile as error:
            self.stderr.write(str(error))
            sys.exit(2)
        self.stdout.write(json.dumps(measure.evaluate(entries, asked, language)))


def _entry(row: dict[str, str]) -> Entry:
    alternates = tuple(parts(row.get("alternates", "")))
    return Entry(row["id"], row["question"], row["answer"], alternates)


def _query(row: dict[str, str]) -> measure.Query:
    return measure.Query(row["query"], frozenset(parts(row["relevant"])))
