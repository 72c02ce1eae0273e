"""UCP order snapshots (`dev.ucp.shopping.order`) into our words.

The shape is checked by the SDK's own models; what they leave open (lengths, dates a calendar does
not have, text a database cannot keep) is checked here, and every objection names its JSON pointer.
"""

import math
import re
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError
from ucp_sdk.models.schemas.shopping.order import Order as UcpOrder
from ucp_sdk.models.schemas.shopping.types.buyer import Buyer as UcpBuyer

from orders.feed import values
from orders.feed.snapshot import Adjustment, Buyer, Event, Line, Rejected, Snapshot

# The greatest length of what we keep in columns of a fixed width.
_LONGEST = {"id": 255, "type": 80, "carrier": 120, "tracking_number": 128, "unit": 60}
_URL_LONGEST = 2000
_AHEAD = timedelta(days=1)
_PLAIN_TYPES = {"canceled": "cancelled", "preparing": "processing"}
_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f]")


def read(data: Any, *, received_at: datetime, dated: bool = True) -> Snapshot:
    """Return the snapshot in a decoded JSON body.

    ``received_at`` is its sending time, which is its age if it does not say one itself; ``dated``
    is whether that time means anything. Raises Rejected with every objection found.
    """
    errors = [*_unkeepable(data, "")]
    if errors:
        raise Rejected(*errors)
    order, buyer = _validated(data)
    errors = [*_objections(order)]
    if errors:
        raise Rejected(*errors)
    return _translated(order, buyer, received_at, dated)


def _validated(data: Any) -> tuple[UcpOrder, UcpBuyer]:
    errors: list[tuple[str, str]] = []
    order, buyer = None, UcpBuyer()
    try:
        order = UcpOrder.model_validate(data)
        buyer = UcpBuyer.model_validate(data.get("buyer") or {})
    except ValidationError as error:
        under = "" if order is None else "/buyer"
        for each in error.errors(include_url=False, include_context=False, include_input=False):
            errors.append((under + _pointer(each["loc"], data if not under else {}), each["msg"]))
    except RecursionError:
        errors.append(("", "nested too deeply"))
    if errors or order is None:
        raise Rejected(*dict.fromkeys(errors))
    return order, buyer


def _pointer(loc: tuple[int | str, ...], data: Any) -> str:
    """Return a pydantic location as a JSON pointer (RFC 6901).

    In a union pydantic puts the name of the model tried into the location, which no document has.
    """
    parts: list[str] = []
    here = data
    for part in loc:
        absent = isinstance(here, dict) and isinstance(part, str) and part not in here
        # A missing member is the last of its location; anything else is a model's name.
        if absent and part != loc[-1]:
            continue
        parts.append(str(part).replace("~", "~0").replace("/", "~1"))
        inside = isinstance(here, dict | list)
        here = _member(here, part) if inside else None
    return "".join(f"/{part}" for part in parts)


def _member(holder: Any, part: int | str) -> Any:
    try:
        return holder[part]
    except (KeyError, IndexError, TypeError):
        return None


def _unkeepable(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    """Yield texts that a database cannot keep: NUL, and half of a surrogate pair."""
    todo = [(value, pointer)]
    while todo:
        here, at = todo.pop()
        if isinstance(here, dict):
            todo += [(v, f"{at}/{k}") for k, v in here.items()] + [(k, at) for k in here]
        elif isinstance(here, list):
            todo += [(v, f"{at}/{n}") for n, v in enumerate(here)]
        elif isinstance(here, str) and not values.keepable(here):
            yield values.printable(at), "has characters that are no text"
        elif isinstance(here, float) and not math.isfinite(here):
            yield values.printable(at), "is no number"


def _objections(order: UcpOrder) -> Iterator[tuple[str, str]]:
    yield from _too_long(order.id, "/id", "id")
    if not values.is_currency(order.currency):
        yield "/currency", "is no ISO 4217 currency"
    for name in ("created_time", "placed_at", "promised_at"):
        given = (order.model_extra or {}).get(name)
        if given is not None and values.moment(given) is None:
            yield f"/{name}", "is no ISO 8601 time"
    yield from _line_objections(order)
    named = ("id", "type", "carrier", "tracking_number")
    for n, event in enumerate(order.fulfillment.events or []):
        yield from _happening_objections(event, f"/fulfillment/events/{n}", named)
    for n, adjustment in enumerate(order.adjustments or []):
        yield from _happening_objections(adjustment, f"/adjustments/{n}", named[:2])


def _line_objections(order: UcpOrder) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for n, line in enumerate(order.line_items):
        yield from _too_long(line.id, f"/line_items/{n}/id", "id")
        yield from _too_long(line.item.id, f"/line_items/{n}/item/id", "id")
        if line.id in seen:
            yield f"/line_items/{n}/id", "is there twice"
        seen.add(line.id)


def _happening_objections(
    happening: Any, pointer: str, names: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    for name in names:
        yield from _too_long(getattr(happening, name) or "", f"{pointer}/{name}", name)
    if not values.sensible(happening.occurred_at):
        yield f"{pointer}/occurred_at", "is out of the range of times we keep"


def _too_long(text: str, pointer: str, kind: str) -> Iterator[tuple[str, str]]:
    if len(text) > _LONGEST[kind]:
        yield pointer, f"is longer than {_LONGEST[kind]} characters"


def _translated(order: UcpOrder, buyer: UcpBuyer, received_at: datetime, dated: bool) -> Snapshot:
    extra = order.model_extra or {}
    events = [_event(each) for each in order.fulfillment.events or []]
    adjustments = [_adjustment(each) for each in order.adjustments or []]
    own = _age(extra.get("created_time"), [*events, *adjustments], received_at)
    expectations = [_expectation(each) for each in order.fulfillment.expectations or []]
    dates = [values.moment(each["fulfillable_on"], end_of_day=True) for each in expectations]
    destinations = [
        each.destination.model_dump(exclude_none=True, include=set(_ADDRESS))
        for each in order.fulfillment.expectations or []
    ]
    totals = [_total(each) for each in order.totals]
    return Snapshot(
        number=order.label if values.is_number(order.label) else order.id,  # type: ignore[arg-type]
        shop_id=order.id,
        at=own or received_at,
        dated=dated or own is not None,
        buyer=_buyer(buyer, destinations),
        currency=order.currency,
        total=next(each["amount"] for each in totals if each["type"] == "total"),
        totals=totals,
        lines=[_line(each) for each in order.line_items],
        events=events,
        adjustments=adjustments,
        placed_at=values.moment(extra.get("placed_at")),
        promised_at=values.moment(extra.get("promised_at"), end_of_day=True)
        or max((date for date in dates if date), default=None),
        expectations=expectations,
        destination=next((each for each in destinations if each), {}),
        permalink_url=_link(order.permalink_url),
    )


def _age(
    created_time: Any, happened: list[Event | Adjustment], received_at: datetime
) -> datetime | None:
    """Return how old a snapshot says it is, None if it does not (DESIGN §7, newest wins).

    A time more than a day ahead is a clock gone wrong: it would make the order deaf until then.
    """
    latest = received_at + _AHEAD
    times = [row.occurred_at for row in happened if row.occurred_at and row.occurred_at <= latest]
    created = values.moment(created_time)
    return created if created and created <= latest else max(times, default=None)


_ADDRESS = (
    "first_name",
    "last_name",
    "postal_code",
    "address_country",
    "address_region",
    "address_locality",
    "street_address",
    "extended_address",
)


def _line(each: Any) -> Line:
    unit = each.item.quantity_unit
    return Line(
        shop_id=each.id,
        sku=each.item.id,
        title=each.item.title,
        unit_price=each.item.price,
        amount=next((t.amount for t in each.totals if t.type == "total"), 0),
        original=each.quantity.total if each.quantity.original is None else each.quantity.original,
        total=each.quantity.total,
        fulfilled=each.quantity.fulfilled,
        unit=(unit.display_text or unit.unit or "")[: _LONGEST["unit"]] if unit else "",
        scale=(unit.scale or 0) if unit else 0,
    )


def _event(each: Any) -> Event:
    return Event(
        shop_id=each.id,
        type=_plain(each.type),
        occurred_at=each.occurred_at,
        lines=_parts(each.line_items),
        carrier=each.carrier or "",
        tracking_number=each.tracking_number or "",
        tracking_url=_link(each.tracking_url),
        description=each.description or "",
    )


def _adjustment(each: Any) -> Adjustment:
    return Adjustment(
        shop_id=each.id,
        type=_plain(each.type),
        status=each.status,
        occurred_at=each.occurred_at,
        amount=next((t.amount for t in each.totals or [] if t.type == "total"), 0),
        lines=_parts(each.line_items or []),
        description=each.description or "",
        request_id=_uuid((each.model_extra or {}).get("request_id")),
    )


def _expectation(each: Any) -> dict[str, Any]:
    return {
        "id": each.id,
        "lines": _parts(each.line_items),
        "method": each.method_type,
        "description": each.description or "",
        "fulfillable_on": each.fulfillable_on or "",
    }


def _total(each: Any) -> dict[str, Any]:
    return {"type": each.type, "amount": each.amount, "display_text": each.display_text or ""}


def _parts(rows: list[Any]) -> list[dict[str, Any]]:
    return [{"id": row.id, "quantity": row.quantity} for row in rows]


def _plain(word: str) -> str:
    """Return a type as one lower-case word, however the shop wrote it."""
    plain = re.sub(r"[\s-]+", "_", word.strip().lower())
    return _PLAIN_TYPES.get(plain, plain)


def _link(url: Any) -> str:
    """Return a web address; any other scheme could run script where it is clicked."""
    text = str(url or "")
    fits = text.startswith(("https://", "http://")) and len(text) <= _URL_LONGEST
    return text if fits else ""


def _uuid(value: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(value))
    except ValueError:
        return None


def _buyer(buyer: UcpBuyer, destinations: list[dict[str, Any]]) -> Buyer:
    """Return the buyer, the name written as its script writes names."""
    first, last = (buyer.first_name or "").strip(), (buyer.last_name or "").strip()
    japanese = bool(_JAPANESE.search(first + last))
    name = f"{last} {first}" if japanese else f"{first} {last}"
    said = (buyer.model_extra or {}).get("language")
    return Buyer(
        email=values.email(buyer.email or ""),
        name=name.strip()[:120],
        phone=(buyer.phone_number or "")[:30],
        language=str(said) if said in ("ja", "en") else _language(japanese, first, destinations),
    )


def _language(japanese: bool, first: str, destinations: list[dict[str, Any]]) -> str:
    """Guess what a new customer reads until they tell us by how they sign in."""
    abroad = any(d.get("address_country", "JP") not in ("JP", "JPN") for d in destinations)
    return "en" if not japanese and (abroad or first) else "ja"
