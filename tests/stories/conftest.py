"""What the stories share: the shop's side of the feed, and reading one's mail."""

import json
import re
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.utils import timezone

from portal.management.demo import simulated_shop


def snapshot(number: str, email: str, **more: Any) -> dict[str, Any]:
    """An order as the shop's system has it: two lines, placed yesterday, promised in two days."""
    now = timezone.now()
    return {
        "ucp": {"version": "2026-08-25"},
        "id": f"order_{number}",
        "label": number,
        "checkout_id": "c1",
        "permalink_url": f"https://shop.example/orders/{number}",
        "currency": "JPY",
        "placed_at": (now - timedelta(days=1)).isoformat(),
        "promised_at": (now + timedelta(days=2)).isoformat(),
        "line_items": [_line("li_1", "煎茶 100g", 1280, 2), _line("li_2", "湯呑み", 1050, 1)],
        "fulfillment": {"expectations": [], "events": []},
        "adjustments": [],
        "totals": [{"type": "subtotal", "amount": 3610}, {"type": "total", "amount": 4210}],
        "buyer": {"email": email, "first_name": "花", "last_name": "有栖"},
        **more,
    }


def _line(id: str, title: str, price: int, quantity: int) -> dict[str, Any]:
    return {
        "id": id,
        "item": {"id": title, "title": title, "price": price},
        "quantity": {"original": quantity, "total": quantity, "fulfilled": 0},
        "totals": [{"type": "total", "amount": price * quantity}],
        "status": "processing",
    }


def shipped(order: dict[str, Any]) -> dict[str, Any]:
    """The same order after the parcel left."""
    event = {
        "id": "evt_shipped",
        "type": "shipped",
        "occurred_at": timezone.now().isoformat(),
        "line_items": [],
        "carrier": "Yamato Transport",
        "tracking_number": "445915102258",
        "tracking_url": "https://toi.kuronekoyamato.co.jp/cgi-bin/tneko?number=445915102258",
    }
    lines = [
        {
            **line,
            "quantity": {**line["quantity"], "fulfilled": line["quantity"]["total"]},
            "status": "fulfilled",
        }
        for line in order["line_items"]
    ]
    fulfillment = {**order["fulfillment"], "events": [event]}
    return {**order, "line_items": lines, "fulfillment": fulfillment}


@pytest.fixture
def feed(live_portal) -> Callable[[dict[str, Any]], int]:
    """Post an order to the portal's feed, signed; the status it answers."""

    def post(order: dict[str, Any]) -> int:
        text = json.dumps({**order, "created_time": timezone.now().isoformat()})
        headers = simulated_shop.signed(text, settings.FEED_SECRET.split()[0])
        request = urllib.request.Request(
            f"{live_portal.url}/api/v1/orders/feed", text.encode(), headers
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status

    return post


def code_mailed_to(address: str) -> str:
    """The newest code in somebody's mailbox; a worker may have mailed other things since."""
    sent = [message.body for message in mail.outbox if message.to == [address]]
    return [found[1] for body in sent if (found := re.search(r"\b(\d{6})\b", body))][-1]
