"""Orders for the cast, made as the shop makes them: by snapshots."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from orders import services
from orders.feed import ucp
from orders.models import Order

NOW = timezone.now().replace(microsecond=0)
ROAD = ["processing", "shipped", "in_transit", "out_for_delivery", "delivered"]


def event(kind: str, at: datetime, n: int = 0, **more: Any) -> dict[str, Any]:
    """One UCP fulfilment event about all lines."""
    return {
        "id": f"evt_{kind}_{n}",
        "type": kind,
        "occurred_at": at.isoformat(),
        "line_items": [],
        "carrier": "Yamato",
        "tracking_number": "445915102258",
        "tracking_url": "https://jizen.kuronekoyamato.co.jp/x",
        **more,
    }


def body(number: str = "H-1", email: str = "alice@example.com", **more: Any) -> dict[str, Any]:
    """One UCP order snapshot: two lines, 4,210 yen, placed two hours ago."""
    return {
        "ucp": {"version": "2026-08-25"},
        "id": f"order_{number}",
        "label": number,
        "checkout_id": "c1",
        "permalink_url": f"https://shop.example/orders/{number}",
        "currency": "JPY",
        "placed_at": (NOW - timedelta(hours=2)).isoformat(),
        "promised_at": (NOW + timedelta(days=2)).isoformat(),
        "line_items": [
            line("li_1", "HT-SEN-100", "煎茶 100g", 1280, 2),
            line("li_2", "HT-YUN-150", "湯呑み", 1050),
        ],
        "fulfillment": {"expectations": [], "events": []},
        "adjustments": [],
        "totals": [
            {"type": "subtotal", "amount": 3610},
            {"type": "fulfillment", "amount": 600},
            {"type": "total", "amount": 4210},
        ],
        "buyer": {"email": email, "first_name": "花", "last_name": "有栖"},
        **more,
    }


def line(key: str, sku: str, title: str, price: int, quantity: int = 1) -> dict[str, Any]:
    """One UCP line, nothing of it fulfilled."""
    amount = [{"type": name, "amount": price * quantity} for name in ("subtotal", "total")]
    return {
        "id": key,
        "item": {"id": sku, "title": title, "price": price},
        "quantity": {"original": quantity, "total": quantity, "fulfilled": 0},
        "totals": amount,
        "status": "processing",
    }


def take(data: dict[str, Any], *, at: datetime | None = None, tell: bool = True) -> Any:
    """Take one snapshot as the feed would; return what became of it."""
    snapshot = ucp.read(data, received_at=at or timezone.now())
    return services.take_snapshots([snapshot], tell=tell)[0]


@pytest.fixture
def fed(db) -> Callable[..., Order]:
    """Makes an order that has come as far as one of ROAD, or nowhere yet."""

    def make(number: str = "H-1", email: str = "alice@example.com", *, come: str = "", **more: Any):
        data = body(number, email, **more)
        until = ROAD.index(come) + 1 if come else 0
        start = timezone.now() - timedelta(hours=1)
        data["fulfillment"]["events"] += [
            event(kind, start + timedelta(minutes=10 * n)) for n, kind in enumerate(ROAD[:until])
        ]
        take(data)
        return Order.objects.get(number=number)

    return make
