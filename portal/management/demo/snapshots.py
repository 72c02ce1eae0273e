"""The demo's orders as UCP order snapshots, as a real shop's system would send them."""

from datetime import datetime
from typing import Any

from portal.management.demo import files
from portal.management.demo.moments import moment

UCP = {
    "version": "2026-08-25",
    "capabilities": {"dev.ucp.shopping.order": [{"version": "2026-08-25"}]},
}


class Catalogue:
    """Products, people and carriers by their keys."""

    def __init__(self) -> None:
        self.products = {row["sku"]: row for row in files.load("products.yml")}
        self.people = {row["email"]: row for row in files.load("customers.yml")}
        self.carriers: dict[str, Any] = files.load("shop.yml")["carriers"]


def snapshot(row: dict[str, Any], catalogue: Catalogue, *, now: datetime) -> dict[str, Any]:
    """Return one row of orders.yml as a UCP order snapshot with buyer."""
    person = catalogue.people[row["customer"]]
    events = [
        _event(row, event, n, catalogue, now) for n, event in enumerate(row.get("events", []))
    ]
    adjustments = [
        _adjustment(row, item, n, now) for n, item in enumerate(row.get("adjustments", []))
    ]
    lines = [_line(row, sku, quantity, person, catalogue) for sku, quantity in row["lines"]]
    goods = sum(line["totals"][-1]["amount"] for line in lines)
    return {
        "ucp": UCP,
        "id": order_id(row),
        "label": row["number"],
        "checkout_id": f"checkout_{row['number'].lower()}",
        "permalink_url": f"https://shop.hinata.example/orders/{row['number']}",
        "currency": "JPY",
        "placed_at": _iso(row["placed"], now),
        "promised_at": _iso(row["promised"], now),
        "line_items": lines,
        "fulfillment": {"expectations": [_expectation(row, person, now)], "events": events},
        "adjustments": adjustments,
        "totals": [
            {"type": "subtotal", "amount": goods},
            {"type": "fulfillment", "amount": row["shipping"]},
            {"type": "total", "amount": goods + row["shipping"]},
        ],
        "buyer": {
            "email": person["email"],
            "first_name": person["given"],
            "last_name": person["family"],
            "phone_number": person["phone"],
        },
    }


def order_id(row: dict[str, Any]) -> str:
    """Return the id the shop's system has for an order."""
    return f"order_{row['number'].lower()}"


def _iso(text: str, now: datetime) -> str:
    return moment(text, now=now).isoformat()


def _line(
    row: dict[str, Any], sku: str, quantity: int, person: dict[str, Any], catalogue: Catalogue
) -> dict[str, Any]:
    product = catalogue.products[sku]
    gone = _quantities(row.get("adjustments", []), sku, ("cancellation",))
    fulfilled = min(
        quantity - gone, _quantities(row.get("events", []), sku, ("shipped",), quantity)
    )
    amount = product["price"] * quantity
    return {
        "id": f"li_{sku.lower()}",
        "item": {
            "id": sku,
            "title": product[person["language"]]["title"],
            "price": product["price"],
        },
        "quantity": {"original": quantity, "total": quantity - gone, "fulfilled": fulfilled},
        "totals": [{"type": "subtotal", "amount": amount}, {"type": "total", "amount": amount}],
        "status": _line_status(quantity - gone, fulfilled),
    }


def _line_status(total: int, fulfilled: int) -> str:
    if total == 0:
        return "removed"
    if fulfilled == 0:
        return "processing"
    return "fulfilled" if fulfilled >= total else "partial"


def _quantities(
    rows: list[dict[str, Any]], sku: str, kinds: tuple[str, ...], everything: int = 0
) -> int:
    """Add up how many of ``sku`` rows of ``kinds`` name; a row without lines means all."""
    chosen = [row for row in rows if row["type"] in kinds and row.get("status") != "pending"]
    return sum(row["lines"].get(sku, 0) if "lines" in row else everything for row in chosen)


def _affected(row: dict[str, Any], item: dict[str, Any], sign: int = 1) -> list[dict[str, Any]]:
    lines = item.get("lines") or dict(row["lines"])
    return [{"id": f"li_{sku.lower()}", "quantity": sign * n} for sku, n in lines.items()]


def _event(
    row: dict[str, Any], event: dict[str, Any], n: int, catalogue: Catalogue, now: datetime
) -> dict[str, Any]:
    made = {
        "id": f"evt_{row['number'].lower()}_{n}",
        "occurred_at": _iso(event["at"], now),
        "type": event["type"],
        "line_items": _affected(row, event),
        "description": event.get("note"),
    }
    tracking = event.get("tracking")
    if tracking:
        carrier = catalogue.carriers[row["carrier"]]
        made |= {
            "tracking_number": tracking,
            "tracking_url": carrier["url"].format(number=tracking),
            "carrier": carrier["name"]["en"],
        }
    return {key: value for key, value in made.items() if value is not None}


def _adjustment(row: dict[str, Any], item: dict[str, Any], n: int, now: datetime) -> dict[str, Any]:
    return {
        "id": f"adj_{row['number'].lower()}_{n}",
        "type": item["type"],
        "occurred_at": _iso(item["at"], now),
        "status": item["status"],
        "line_items": _affected(row, item, sign=-1),
        "totals": [{"type": "total", "amount": -item["amount"]}],
        **({"description": item["note"]} if item.get("note") else {}),
    }


def _expectation(row: dict[str, Any], person: dict[str, Any], now: datetime) -> dict[str, Any]:
    postal_code, region, locality, street, country = person["address"]
    return {
        "id": f"exp_{row['number'].lower()}",
        "line_items": _affected(row, {}),
        "method_type": "shipping",
        "destination": {
            "street_address": street,
            "address_locality": locality,
            "address_region": region,
            "postal_code": str(postal_code),
            "address_country": country,
        },
        "fulfillable_on": _iso(row["promised"], now),
    }
