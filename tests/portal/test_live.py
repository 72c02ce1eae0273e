"""Telling open pages: names only, from any thread, and never a failure for who tells."""

import asyncio
import logging
import threading

import pytest
from channels.layers import get_channel_layer

from portal import live


@pytest.fixture(autouse=True)
def unbound():
    """No loop serves sockets before or after a test."""
    live.bind(None)
    yield
    live.bind(None)


async def _hear(group: str) -> str:
    layer = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add(group, channel)
    return channel


class Server:
    """A loop in a thread of its own, as the sockets of a served portal have it."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def run(self, coroutine, timeout: float = 10):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(timeout)

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)
        self.loop.close()


@pytest.fixture
def server():
    running = Server()
    yield running
    running.stop()


def test_groups_have_their_names_in_one_place():
    assert live.customer_group(7) == "customer.7"
    assert live.visitor_group("k") == "visitor.k"
    assert live.conversation_group("u-1") == "conversation.u-1"


def test_a_push_from_another_thread_wakes_the_servers_loop(server):
    live.bind(server.loop)
    channel = server.run(_hear("customer.1"))
    waiting = asyncio.run_coroutine_threadsafe(get_channel_layer().receive(channel), server.loop)
    live.push("customer.1", ["order.A1", "history"])
    assert waiting.result(10) == {"type": "changed", "what": ["order.A1", "history"]}


def test_a_push_runs_on_the_servers_loop_and_on_no_other(server, monkeypatch):
    live.bind(server.loop)
    channel = server.run(_hear("customer.1"))
    seen = []
    layer = get_channel_layer()
    real = layer.group_send

    async def spy(group, event):
        seen.append(asyncio.get_running_loop())
        await real(group, event)

    monkeypatch.setattr(layer, "group_send", spy)
    live.push("customer.1", ["history"])
    server.run(layer.receive(channel))
    assert seen == [server.loop]


def test_a_push_inside_another_loop_goes_to_the_servers_loop(server):
    """A Celery task or a test may run a loop of its own while it tells."""
    live.bind(server.loop)
    channel = server.run(_hear("desk"))

    async def elsewhere():
        live.push(live.DESK, ["queue"])

    asyncio.run(elsewhere())
    assert server.run(get_channel_layer().receive(channel))["what"] == ["queue"]


async def test_a_push_on_the_loop_itself_arrives():
    live.bind(asyncio.get_running_loop())
    channel = await _hear("customer.2")
    live.push("customer.2", ["bell"])
    async with asyncio.timeout(10):
        assert (await get_channel_layer().receive(channel))["what"] == ["bell"]


def test_without_a_server_a_push_is_no_error():
    live.push("customer.3", ["bell"])


def test_a_layer_out_of_reach_is_survived_and_logged_without_the_content(monkeypatch, caplog):
    async def broken(_group, _event):
        raise ConnectionError("gone")

    monkeypatch.setattr(get_channel_layer(), "group_send", broken)
    with caplog.at_level(logging.WARNING):
        live.send("customer.4", {"type": "changed", "what": ["order.secret"]})
    assert "live.lost" in caplog.text
    assert "order.secret" not in caplog.text
