"""Orders from a CSV file, one row an order line (the columns are the contract of DESIGN §8).

The file is read twice and never held: first to know its encoding, its length and which orders do
not stand together, then order by order.
"""

import codecs
import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.feed import values
from orders.feed.snapshot import FROM_FILE, Adjustment, Buyer, Event, Line, Rejected, Snapshot
from portal.customers import addresses

COLUMNS = (
    "order_number",
    "placed_at",
    "email",
    "name",
    "currency",
    "status",
    "sku",
    "title",
    "quantity",
    "unit_price",
    "shipping",
    "promised_at",
    "paid_at",
    "shipped_at",
    "delivered_at",
    "carrier",
    "tracking_number",
)
# What each row says of its own line; all other columns say something of the order.
LINE_COLUMNS = ("sku", "title", "quantity", "unit_price", "shipping")
# How far an order of a status has come: which events have happened.
STATUSES: dict[str, tuple[str, ...]] = {
    "received": (),
    "preparing": ("processing",),
    "shipped": ("processing", "shipped"),
    "delivered": ("processing", "shipped", "delivered"),
    "cancelled": (),
}
_TIME_OF = {"shipped": "shipped_at", "delivered": "delivered_at"}
_BLOCK = 1 << 20

Row = tuple[int, dict[str, str]]


class Unreadable(Exception):
    """The file is not what it should be as a whole; the text says why."""


@dataclass
class Survey:
    """What the first reading found."""

    encoding: str
    rows: int = 0
    scattered: set[str] = field(default_factory=set)
    """Numbers of orders whose rows do not stand together."""


@dataclass
class Group:
    """The rows of one order, and what is wrong with them: (line, why) pairs."""

    number: str
    rows: list[Row] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)


def survey(path: Path) -> Survey:
    """Read the file once. Raises Unreadable, or OSError."""
    found = Survey(_encoding(path))
    seen: set[str] = set()
    last = ""
    for _line, row, _why in _rows(path, found.encoding):
        found.rows += 1
        number = row.get("order_number", "")
        if number and number != last:
            if number in seen:
                found.scattered.add(number)
            seen.add(number)
            last = number
    return found


def groups(path: Path, found: Survey) -> Iterator[Group]:
    """Yield the orders of the file, their rows together."""
    group: Group | None = None
    for line, row, why in _rows(path, found.encoding):
        number = row.get("order_number", "")
        if not row and group:
            # It cannot even be read; the order around it is not known whole.
            group.errors.append((line, why))
            continue
        if not number:
            yield Group("", errors=[(line, why or str(_("order_number is empty")))])
            continue
        if group is None or number != group.number:
            if group:
                yield group
            group = Group(number)
        group.rows.append((line, row))
        if why:
            group.errors.append((line, why))
        elif number in found.scattered:
            group.errors.append((line, str(_("the rows of this order do not stand together"))))
    if group:
        yield group


def read(group: Group, *, started_at: datetime) -> Snapshot:
    """Return what the rows say of their order.

    Raises Rejected with ("<line number>", why) pairs; the age is the start of the import.
    """
    errors = group.errors or _objections(group)
    if errors:
        raise Rejected(*((str(line), why) for line, why in errors))
    return _snapshot(group, started_at)


# --- The file ---------------------------------------------------------------------------------


def _encoding(path: Path) -> str:
    """Return utf-8-sig if the whole file is UTF-8, else cp932. Raises Unreadable if neither."""
    for encoding in ("utf-8-sig", "cp932"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with path.open("rb") as file:
                while block := file.read(_BLOCK):
                    decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise Unreadable(str(_("it is neither UTF-8 nor CP932")))


def _rows(path: Path, encoding: str) -> Iterator[tuple[int, dict[str, str], str]]:
    """Yield each row with the line it begins on, and what is wrong with its form, if anything."""
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file)
        header = [name.strip() for name in _next(reader)[0] or []]
        missing = [name for name in COLUMNS if name not in header]
        if missing:
            text = _("these columns are missing: %(names)s")
            raise Unreadable(str(text) % {"names": ", ".join(missing)})
        twice = [name for name in COLUMNS if header.count(name) > 1]
        if twice:
            text = _("these columns are there twice: %(names)s")
            raise Unreadable(str(text) % {"names": ", ".join(twice)})
        while True:
            line = reader.line_num + 1
            cells, why = _next(reader)
            if cells is None and not why:
                return
            if cells == []:
                continue
            row = dict(zip(header, (cell.strip() for cell in cells or ()), strict=False))
            if cells and len(cells) != len(header):
                text = _("%(found)d columns instead of %(wanted)d")
                why = str(text) % {"found": len(cells), "wanted": len(header)}
            yield line, row, why


def _next(reader: Any) -> tuple[list[str] | None, str]:
    try:
        return next(reader), ""
    except StopIteration:
        return None, ""
    except csv.Error as error:
        return None, str(_("it is no CSV: %(why)s")) % {"why": error}


# --- What is wrong with a row -----------------------------------------------------------------


def _objections(group: Group) -> list[tuple[int, str]]:
    found = [each for line, row in group.rows for each in _row_objections(line, row)]
    if found:
        # Against a first row that is wrong itself, every other row would contradict it.
        return found
    first_line, first = group.rows[0]
    for line, row in group.rows[1:]:
        found += _contradictions(line, row, first_line, first)
    return found


def _row_objections(line: int, row: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    for column, is_good, why in _CHECKS:
        if not is_good(row[column], row):
            yield line, f"{column}: {why}"
    if values.keepable("".join(row.values())):
        return
    for column in COLUMNS:
        if not values.keepable(row[column]):
            yield line, f"{column}: {_NO_TEXT}"


def _contradictions(
    line: int, row: Mapping[str, str], first_line: int, first: Mapping[str, str]
) -> Iterator[tuple[int, str]]:
    for column in COLUMNS:
        if column in LINE_COLUMNS or not row[column] or row[column] == first[column]:
            continue
        if _meaning(column, row[column]) != _meaning(column, first[column]):
            text = _("%(column)s contradicts line %(line)d")
            yield line, str(text) % {"column": column, "line": first_line}


def _meaning(column: str, text: str) -> Any:
    if column.endswith("_at"):
        return values.moment(text, end_of_day=column == "promised_at")
    return addresses.fold_email(text) if column == "email" else text


def _is_time(text: str, row: Mapping[str, str]) -> bool:
    return not text or values.moment(text) is not None


def _is_quantity(text: str, row: Mapping[str, str]) -> bool:
    return text.isascii() and text.isdigit() and int(text[:12]) > 0 and len(text) <= 9


def _is_price(text: str, row: Mapping[str, str]) -> bool:
    # Without a currency no amount can be judged; that the currency is none is said anyway.
    currency = row["currency"]
    return not values.is_currency(currency) or values.minor(text, currency) is not None


def _is_shipping(text: str, row: Mapping[str, str]) -> bool:
    return not text or _is_price(text, row)


def _shorter_than(length: int) -> Callable[[str, Mapping[str, str]], bool]:
    return lambda text, row: len(text) <= length


_NO_TIME = _("is no ISO 8601 time")
_NO_PRICE = _("is no amount in the order's currency")
_TOO_LONG = _("is too long")
_NO_TEXT = _("has characters that are no text")

_CHECKS: tuple[tuple[str, Callable[[str, Mapping[str, str]], bool], str | Promise], ...] = (
    ("order_number", lambda text, row: values.is_csv_number(text), _("is no order number")),
    ("placed_at", lambda text, row: bool(text) and _is_time(text, row), _NO_TIME),
    ("email", lambda text, row: bool(values.email(text)), _("is no e-mail address")),
    ("currency", lambda text, row: values.is_currency(text), _("is no ISO 4217 currency")),
    (
        "status",
        lambda text, row: text in STATUSES,
        _("is none of received, preparing, shipped, delivered, cancelled"),
    ),
    ("sku", lambda text, row: bool(text), _("is empty")),
    ("sku", _shorter_than(200), _TOO_LONG),
    ("quantity", _is_quantity, _("is no whole number above 0")),
    ("unit_price", _is_price, _NO_PRICE),
    ("shipping", _is_shipping, _NO_PRICE),
    ("promised_at", _is_time, _NO_TIME),
    ("paid_at", _is_time, _NO_TIME),
    ("shipped_at", _is_time, _NO_TIME),
    ("delivered_at", _is_time, _NO_TIME),
    ("carrier", _shorter_than(120), _TOO_LONG),
    ("tracking_number", _shorter_than(128), _TOO_LONG),
)


# --- Into our words ---------------------------------------------------------------------------


def _snapshot(group: Group, started_at: datetime) -> Snapshot:
    first = group.rows[0][1]
    currency = first["currency"]
    lines = _lines(group, currency)
    goods = sum(line.amount for line in lines)
    shipping = sum(values.minor(row["shipping"] or "0", currency) or 0 for _n, row in group.rows)
    return Snapshot(
        number=group.number,
        shop_id=None,
        at=started_at,
        dated=False,
        buyer=Buyer(values.email(first["email"]), first["name"][:120], "", _language(first)),
        currency=currency,
        total=goods + shipping,
        totals=[
            {"type": "subtotal", "amount": goods, "display_text": ""},
            {"type": "fulfillment", "amount": shipping, "display_text": ""},
            {"type": "total", "amount": goods + shipping, "display_text": ""},
        ],
        lines=lines,
        events=_events(first),
        adjustments=_adjustments(first, lines),
        placed_at=values.moment(first["placed_at"]),
        promised_at=values.moment(first["promised_at"], end_of_day=True),
    )


def _lines(group: Group, currency: str) -> list[Line]:
    """Return the lines: one is its sku and which time that sku occurs."""
    seen: dict[str, int] = {}
    lines = []
    status = group.rows[0][1]["status"]
    for _n, row in group.rows:
        sku, quantity = row["sku"], int(row["quantity"])
        seen[sku] = seen.get(sku, 0) + 1
        price = values.minor(row["unit_price"], currency) or 0
        lines.append(
            Line(
                shop_id=f"{sku}#{seen[sku]}",
                sku=sku,
                title=row["title"] or sku,
                unit_price=price,
                amount=price * quantity,
                original=quantity,
                total=0 if status == "cancelled" else quantity,
                fulfilled=quantity if "shipped" in STATUSES[status] else 0,
            )
        )
    return lines


def _events(first: Mapping[str, str]) -> list[Event]:
    """Return what has happened by the status; a time the file does not give stays unknown."""
    events = []
    if first["paid_at"]:
        events.append(Event(f"{FROM_FILE}paid", "paid", values.moment(first["paid_at"])))
    for kind in STATUSES[first["status"]]:
        at = first.get(_TIME_OF.get(kind, ""), "")
        # "processing" has no column: an order that has shipped says so without it.
        if kind == "processing" and first["status"] != "preparing":
            continue
        tracked = kind in _TIME_OF
        events.append(
            Event(
                shop_id=f"{FROM_FILE}{kind}",
                type=kind,
                occurred_at=values.moment(at),
                carrier=first["carrier"] if tracked else "",
                tracking_number=first["tracking_number"] if tracked else "",
            )
        )
    return events


def _adjustments(first: Mapping[str, str], lines: list[Line]) -> list[Adjustment]:
    if first["status"] != "cancelled":
        return []
    parts = [{"id": line.shop_id, "quantity": -line.original} for line in lines]
    found = Adjustment(f"{FROM_FILE}cancelled", "cancellation", "completed", None, lines=parts)
    return [found]


def _language(first: Mapping[str, str]) -> str:
    """Guess what a new customer reads: a name in Latin letters only is taken for English."""
    return "en" if first["name"] and first["name"].isascii() else "ja"
