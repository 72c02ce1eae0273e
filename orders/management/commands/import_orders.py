"""`manage.py import_orders FILE [--format csv|ucp] [--tell]` (the contract is DESIGN §8)."""

import json
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from tqdm import tqdm

from orders import services
from orders.feed import csv, ucp
from orders.feed.snapshot import Rejected, Snapshot

_BATCH = 500
# Of an order that occurs several times in a file the strongest outcome is counted.
_STRENGTH = ("rejected", "unchanged", "updated", "created")
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Item:
    """An order as found in the file."""

    key: str
    line: int
    rows: int
    found: Snapshot | Rejected


class Command(BaseCommand):
    """Reads a file in batches, one transaction each, so that it can be stopped and begun again."""

    help = "Import orders from CSV or from UCP order snapshots, one a line"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, its format and whether customers are told."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", choices=["csv", "ucp"], help="guessed if not given")
        parser.add_argument("--tell", action="store_true", help="tell customers what is new")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, and print the counts; exit with 2 if the file cannot be read."""
        path, began = options["file"], time.monotonic()
        try:
            is_csv = (options["format"] or _guess(path)) == "csv"
            total, items = _from_csv(path) if is_csv else _from_ucp(path)
            with tqdm(total=total, unit=" rows", file=sys.stderr) as bar:
                counts = _Import(bar, tell=options["tell"]).run(items)
        except (OSError, csv.Unreadable) as error:
            why = str(error) if isinstance(error, csv.Unreadable) else error.strerror
            self.stderr.write(_("%(file)s cannot be read: %(why)s") % {"file": path, "why": why})
            sys.exit(2)
        self.stdout.write(json.dumps({**counts, "seconds": round(time.monotonic() - began, 3)}))


class _Import:
    """One run: what is waiting to be taken, and what became of each order."""

    def __init__(self, bar: Any, *, tell: bool) -> None:
        self.bar, self.tell = bar, tell
        self.waiting: list[Item] = []
        self.outcomes: dict[str, str] = {}

    def run(self, items: Iterable[Item]) -> dict[str, int]:
        """Take all there is; return the counts."""
        for item in items:
            if isinstance(item.found, Rejected):
                self._note(item, item.found)
            else:
                self.waiting.append(item)
            if len(self.waiting) >= _BATCH:
                self._take()
            self.bar.update(item.rows)
        self._take()
        words = list(self.outcomes.values())
        return {"orders": len(words)} | {word: words.count(word) for word in reversed(_STRENGTH)}

    def _take(self) -> None:
        batch = [item.found for item in self.waiting if isinstance(item.found, Snapshot)]
        taken = services.take_snapshots(batch, tell=self.tell)
        for item, outcome in zip(self.waiting, taken, strict=True):
            self._note(item, outcome)
        self.waiting = []

    def _note(self, item: Item, outcome: str | Rejected) -> None:
        if isinstance(outcome, Rejected):
            for where, why in outcome.errors:
                # A CSV objection names its own line, a UCP one a place in the line's document.
                line, place = (where, "") if where.isdigit() else (item.line, where)
                self._complain(f"line {line}: {f'{place} {why}'.strip()}")
            outcome = "rejected"
        known = self.outcomes.get(item.key, outcome)
        self.outcomes[item.key] = max(known, outcome, key=_STRENGTH.index)

    def _complain(self, text: str) -> None:
        # Where nobody watches a bar being redrawn, every complaint begins a line of its own.
        self.bar.write(text if sys.stderr.isatty() else f"\n{text}", file=sys.stderr)


def _guess(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4096).removeprefix(_BOM).lstrip()
    return "ucp" if start.startswith(b"{") else "csv"


def _from_csv(path: Path) -> tuple[int, Iterator[Item]]:
    found, started_at = csv.survey(path), timezone.now()

    def items() -> Iterator[Item]:
        for group in csv.groups(path, found):
            line = group.rows[0][0] if group.rows else group.errors[0][0]
            # A row without a number is an order of its own that nobody can name.
            key = group.number or f"\0{line}"
            yield Item(key, line, max(len(group.rows), 1), _read_csv(group, started_at))

    return found.rows, items()


def _read_csv(group: csv.Group, started_at: datetime) -> Snapshot | Rejected:
    try:
        return csv.read(group, started_at=started_at)
    except Rejected as rejected:
        return rejected


def _from_ucp(path: Path) -> tuple[int, Iterator[Item]]:
    started_at = timezone.now()
    with path.open("rb") as file:
        total = sum(1 for line in file if line.strip())

    def items() -> Iterator[Item]:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    found = _read_ucp(line, started_at)
                    named = isinstance(found, Snapshot) and found.shop_id
                    yield Item(named or f"\0{number}", number, 1, found)

    return total, items()


def _read_ucp(line: bytes, started_at: datetime) -> Snapshot | Rejected:
    try:
        return ucp.read(json.loads(line.removeprefix(_BOM)), received_at=started_at, dated=False)
    except Rejected as rejected:
        return rejected
    except (ValueError, RecursionError):
        return Rejected(("", _("is not JSON")))
