"""An order as a source outside described it, in our words: what UCP and CSV are both read into.

Fields are called as those of the models they are written to.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

# The beginning of the ids we give to what a file tells of: it has none of its own.
FROM_FILE = "csv:"


@dataclass(frozen=True)
class Line:
    """An order line; quantities in steps of 10^-scale units, money in minor units."""

    shop_id: str
    sku: str
    title: str
    unit_price: int
    amount: int
    original: int
    total: int
    fulfilled: int = 0
    unit: str = ""
    scale: int = 0


@dataclass(frozen=True)
class Event:
    """Something that happened on the way; ``occurred_at`` None is unknown."""

    shop_id: str
    type: str
    occurred_at: datetime | None
    lines: list[dict[str, Any]] = field(default_factory=list)
    carrier: str = ""
    tracking_number: str = ""
    tracking_url: str = ""
    description: str = ""


@dataclass(frozen=True)
class Adjustment:
    """A refund, cancellation or other change; ``amount`` below 0 goes back to the customer."""

    shop_id: str
    type: str
    status: str
    occurred_at: datetime | None
    amount: int = 0
    lines: list[dict[str, Any]] = field(default_factory=list)
    description: str = ""
    request_id: Any = None


@dataclass(frozen=True)
class Buyer:
    """Who bought, as the source wrote it; ``email`` is folded, "" if it was not given."""

    email: str = ""
    name: str = ""
    phone: str = ""
    language: str = "ja"


@dataclass(frozen=True)
class Snapshot:
    """All that a source said about one order at one time."""

    number: str
    # The shop's own id; None in a CSV file, which knows the number only.
    shop_id: str | None
    # How old it is: of two snapshots the newer wins. ``dated`` is whether the source said so
    # itself; then even one that changes nothing makes the order as new as it is.
    at: datetime
    buyer: Buyer
    currency: str
    total: int
    totals: list[dict[str, Any]]
    lines: list[Line]
    events: list[Event]
    adjustments: list[Adjustment]
    placed_at: datetime | None = None
    promised_at: datetime | None = None
    expectations: list[dict[str, Any]] = field(default_factory=list)
    destination: dict[str, Any] = field(default_factory=dict)
    permalink_url: str = ""
    dated: bool = True


class Rejected(Exception):
    """A snapshot that cannot be taken: ``errors`` are (JSON pointer, why) pairs."""

    def __init__(self, *errors: tuple[str, str]) -> None:
        super().__init__("; ".join(f"{pointer} {why}" for pointer, why in errors))
        self.errors = list(errors)
