"""What an open page waits: a change of an order heard at its socket, against only made.

The promise is two seconds from the feed's answer to the open page (issue 2, DESIGN §1.1).
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.harness import services

CHANGES = 40


def main() -> None:
    """Print seconds a change of both, and their ratio."""
    with _open_page() as page:
        made, heard = zip(*(_change(page, number) for number in range(CHANGES)), strict=True)
    print(
        f"order changed and heard by its open page: {median(heard) * 1000:.1f} ms,"
        f" at most {max(heard) * 1000:.1f} ms; only changed: {median(made) * 1000:.1f} ms;"
        f" ratio {median(heard) / median(made):.2f}"
    )


@contextmanager
def _open_page() -> Iterator[ClientConnection]:
    """Serve the portal as it is served for real, and open alice's socket."""
    from django.conf import settings
    from django.test import Client

    from portal.customers import services as customers
    from portal.management import serving

    port = services.free_port()
    settings.CHAT_ORIGINS = [f"http://127.0.0.1:{port}"]
    server = serving.server(host="127.0.0.1", port=port)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    services.wait_for_port(port)
    browser = Client()
    browser.force_login(customers.known("alice@example.com"))
    cookies = {"Cookie": "; ".join(f"{n}={m.value}" for n, m in browser.cookies.items())}
    url = f"ws://127.0.0.1:{port}/ws/live/"
    with connect(url, origin=settings.CHAT_ORIGINS[0], additional_headers=cookies) as page:
        page.ping().wait(20)  # answered only once the server has let the page in
        yield page
    server.should_exit = True
    thread.join(15)


def _change(page: ClientConnection, number: int) -> tuple[float, float]:
    """Return the seconds until one more order was taken, and until the page heard of it."""
    from tests.orders.conftest import body, take

    order: dict[str, Any] = body(f"H-{number}")
    begin = time.perf_counter()
    take(order)
    made = time.perf_counter() - begin
    while f"order.H-{number}" not in json.loads(page.recv(20))["what"]:
        pass
    return made, time.perf_counter() - begin
