"""A small simulated shop, for the demo only: it confirms requests and moves a few orders along.

It knows the portal by its public contracts alone: requests reach it over HTTP with a Standard
Webhooks signature, and all it has to say goes through the signed order feed.
"""

import copy
import json
import logging
import threading
import urllib.request
import uuid
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook

log = logging.getLogger(__name__)

Snapshot = dict[str, Any]
# What comes after what, and what the parcel's note says then, in Japanese and English.
STEPS = {
    "processing": ("shipped", "静岡の店から発送しました", "Handed to the carrier in Shizuoka"),
    "shipped": ("in_transit", "お届け先の地域へ輸送中です", "On its way to your area"),
    "in_transit": ("out_for_delivery", "配達に出ました", "Out for delivery"),
    "out_for_delivery": ("delivered", "お届けしました", "Delivered"),
}
FIRST = ("processing", "お茶と器を包んでいます", "Packing your order")
TRACKING = "https://toi.kuronekoyamato.co.jp/cgi-bin/tneko?number={number}"
CARRIER = "Yamato Transport"


class SimulatedShop:
    """The shop's own system: keeps its orders in a file and talks to the portal's feed."""

    def __init__(
        self, *, file: Path, feed: str, feed_secret: str, shop_secret: str, answer_after: float = 6
    ) -> None:
        self._file = file
        self._feed = feed
        self._feed_secret = feed_secret.split()[0]
        self._shop_secret = shop_secret.split()[0]
        self._answer_after = answer_after
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self.orders: dict[str, Snapshot] = json.loads(file.read_text()) if file.exists() else {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def start(self, *, every: float, moving: list[str]) -> None:
        """Answer requests from now on and move one of the orders with ids ``moving`` every so
        many seconds.
        """
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        threading.Thread(target=self._move_along, args=(every, moving), daemon=True).start()

    def stop(self) -> None:
        """Stop answering and moving."""
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()

    def keep(self, snapshots: list[Snapshot]) -> None:
        """Take these orders as the shop's own."""
        self.orders |= {snapshot["id"]: snapshot for snapshot in snapshots}
        self._write()

    def take_request(self, request: dict[str, Any]) -> None:
        """Answer a request of the portal after a while; this shop grants whatever is asked."""
        data = request["data"]
        if request["type"] == "order.cancel_requested" and data["order_id"] in self.orders:
            timer = threading.Timer(self._answer_after, self._grant, args=(data,))
            timer.daemon = True
            timer.start()

    def _grant(self, data: dict[str, Any]) -> None:
        with self._lock:
            order = self.orders[data["order_id"]]
            if any(a.get("request_id") == data["request_id"] for a in order["adjustments"]):
                return
            lines = data.get("lines") or [
                {"id": line["id"], "quantity": line["quantity"]["total"]}
                for line in order["line_items"]
            ]
            order["adjustments"].append(_cancellation(order, data["request_id"], lines))
            _take_out(order, lines)
            self._write()
        self.send(order)

    def advance(self, order_id: str) -> bool:
        """Let the next thing happen to an order; False when nothing is left to happen."""
        with self._lock:
            order = self.orders[order_id]
            if not _next_event(order):
                return False
            self._write()
        self.send(order)
        return True

    def send(self, order: Snapshot) -> None:
        """Post an order to the portal's feed, signed."""
        body = json.dumps({**order, "created_time": _now().isoformat()}, ensure_ascii=False)
        headers = signed(body, self._feed_secret)
        request = urllib.request.Request(self._feed, body.encode(), headers)  # noqa: S310
        try:
            urllib.request.urlopen(request, timeout=10).close()  # noqa: S310
        except OSError as error:
            log.warning("demo.feed_refused", extra={"order_id": order["id"], "why": str(error)})

    def _move_along(self, every: float, moving: list[str]) -> None:
        turns = [order for order in moving if order in self.orders]
        while turns and not self._stopped.wait(every):
            order = turns.pop(0)
            if self.advance(order):
                turns.append(order)

    def _write(self) -> None:
        draft = self._file.with_suffix(".new")
        draft.write_text(json.dumps(self.orders, ensure_ascii=False))
        draft.replace(self._file)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                try:
                    request = Webhook(shop._shop_secret).verify(body, dict(self.headers.items()))
                    shop.take_request(request)
                    self.send_response(202)
                except Exception:
                    self.send_response(401)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Stay silent."""

        return Handler


def signed(body: str, secret: str) -> dict[str, str]:
    """Return the Standard Webhooks headers for ``body``, sent now."""
    message, now = f"msg_{uuid.uuid4().hex}", _now()
    return {
        "Content-Type": "application/json",
        "webhook-id": message,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(message, now, body),
    }


def _now() -> datetime:
    return datetime.now(UTC)


def _cancellation(order: Snapshot, request_id: str, lines: list[dict[str, Any]]) -> dict[str, Any]:
    prices = {line["id"]: line["item"]["price"] for line in order["line_items"]}
    amount = sum(prices[line["id"]] * line["quantity"] for line in lines)
    if all(line["quantity"]["fulfilled"] == 0 for line in order["line_items"]):
        amount = order["totals"][-1]["amount"]
    return {
        "id": f"adj_{uuid.uuid4().hex[:12]}",
        "type": "cancellation",
        "status": "completed",
        "occurred_at": _now().isoformat(),
        "line_items": [{"id": line["id"], "quantity": -line["quantity"]} for line in lines],
        "totals": [{"type": "total", "amount": -amount}],
        "request_id": request_id,
    }


def _take_out(order: Snapshot, lines: list[dict[str, Any]]) -> None:
    taken = {line["id"]: line["quantity"] for line in lines}
    for line in order["line_items"]:
        line["quantity"]["total"] -= taken.get(line["id"], 0)
        if line["quantity"]["total"] <= 0:
            line["status"] = "removed"


def _next_event(order: Snapshot) -> bool:
    """Append the event that comes next; False if the order has come to an end."""
    events = order["fulfillment"]["events"]
    open_lines = [line for line in order["line_items"] if line["quantity"]["total"] > 0]
    last = events[-1]["type"] if events else None
    step = FIRST if last is None else STEPS.get(last)
    if step is None or not open_lines:
        return False
    kind, japanese, english = step
    made = {
        "id": f"evt_{uuid.uuid4().hex[:12]}",
        "occurred_at": _now().isoformat(),
        "type": kind,
        "line_items": [
            {"id": line["id"], "quantity": line["quantity"]["total"]} for line in open_lines
        ],
        "description": japanese if _reads_japanese(order) else english,
    }
    if kind != "processing":
        number = next((e["tracking_number"] for e in events if e.get("tracking_number")), None)
        number = number or f"4459{uuid.uuid4().int % 10**8:08d}"
        made |= {
            "tracking_number": number,
            "tracking_url": TRACKING.format(number=number),
            "carrier": CARRIER,
        }
    if kind == "shipped":
        for line in open_lines:
            line["quantity"]["fulfilled"] = line["quantity"]["total"]
            line["status"] = "fulfilled"
    events.append(copy.deepcopy(made))
    return True


def _reads_japanese(order: Snapshot) -> bool:
    destination = order["fulfillment"]["expectations"][0]["destination"]
    return not str(destination.get("address_region", "")).isascii()
