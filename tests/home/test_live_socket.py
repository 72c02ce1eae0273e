"""The live socket: open pages learn at once what changed, whoever changed it.

How soon is measured by `tests/benchmarks/live.py`.
"""

import json

import pytest
from channels.db import database_sync_to_async
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from orders.models import Order
from portal import live
from portal.celery import app
from portal.home import consumers
from tests.harness.sockets import PATIENCE, Communicator
from tests.orders.conftest import NOW, body, event, take

pytestmark = pytest.mark.django_db(transaction=True)


@app.task
def ship_it(number: str) -> None:
    """Stands for any task that changes an order."""
    data = body(number)
    data["fulfillment"]["events"] = [event("shipped", NOW)]
    take(data)


@pytest.fixture
def sign_in(live_portal):
    """Opens the live socket as somebody, as their browser would."""
    sockets = []

    def open_(person=None):
        client = Client()
        if person:
            client.force_login(person)
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
        socket = connect(
            f"{live_portal.socket}/ws/live/",
            origin=live_portal.url,
            additional_headers={"Cookie": cookies} if cookies else {},
        )
        sockets.append(socket)
        return socket

    yield open_
    for socket in sockets:
        socket.close()


def joined(socket):
    """Wait until the server has let the page in: it answers a ping after that only."""
    socket.ping().wait(PATIENCE)
    return socket


def test_an_open_page_hears_of_its_order_at_once(alice, sign_in):
    take(body())
    socket = joined(sign_in(alice))
    ship_it("H-1")
    assert json.loads(socket.recv(timeout=PATIENCE)) == {
        "type": "changed",
        "what": ["order.H-1", "history", "bell"],
    }


def test_also_when_a_celery_task_changes_it(alice, sign_in, worker):
    take(body())
    socket = joined(sign_in(alice))
    ship_it.delay("H-1")
    assert json.loads(socket.recv(timeout=PATIENCE))["what"][0] == "order.H-1"
    assert Order.objects.get().status == "shipped"


def test_bob_hears_nothing_of_alices_order(alice, bob, sign_in):
    take(body())
    hers, his = joined(sign_in(alice)), joined(sign_in(bob))
    ship_it("H-1")
    hers.recv(timeout=PATIENCE)
    with pytest.raises(TimeoutError):
        his.recv(timeout=0.3)


def test_who_is_not_signed_in_is_sent_away(sign_in):
    with pytest.raises(ConnectionClosed) as closed:
        sign_in().recv(timeout=PATIENCE)
    assert closed.value.rcvd.code == 4401


async def _communicator(user, session):
    guest = Communicator(consumers.LiveConsumer.as_asgi(), "/ws/live/")
    guest.scope.update(user=user, session=session)
    assert (await guest.connect())[0]
    return guest


async def test_who_signs_out_elsewhere_is_cut_off(alice, monkeypatch):
    monkeypatch.setattr(consumers, "_CHECK_SECONDS", 0.05)
    client = Client()
    await database_sync_to_async(client.force_login)(alice)
    guest = await _communicator(alice, client.session)
    live.push(live.customer_group(alice.pk), ["history"])
    assert (await guest.receive_json_from())["what"] == ["history"]
    await database_sync_to_async(client.logout)()
    closed = await guest.receive_output()
    assert (closed["type"], closed["code"]) == ("websocket.close", 4401)


async def test_what_a_page_sends_is_not_listened_to(alice):
    client = Client()
    await database_sync_to_async(client.force_login)(alice)
    guest = await _communicator(alice, client.session)
    await guest.send_to(text_data="{not json")
    await guest.send_to(bytes_data=b"\x00")
    live.push(live.customer_group(alice.pk), ["bell"])
    assert (await guest.receive_json_from())["what"] == ["bell"]
    await guest.disconnect()


async def test_nobody_in_particular_joins_no_group():
    guest = Communicator(consumers.LiveConsumer.as_asgi(), "/ws/live/")
    guest.scope.update(user=AnonymousUser(), session=None)
    await guest.connect()
    assert (await guest.receive_output())["code"] == 4401
