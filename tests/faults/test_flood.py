"""Some flood the chat: they are refused and shown out, others are served, nothing kept is lost."""

import asyncio
import json
import uuid

import pytest
from django.core.management import call_command
from django.db import connections
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from bot.models import ChatMessage
from tests.faults.chatting import PATIENCE, Member, Served, living, served
from tests.faults.test_slow_reader import _echoes, _ms

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]
FLOODERS = 5


@pytest.fixture
def portal(clean_site, tmp_path):
    """A portal of its own, running."""
    call_command("train_bot", verbosity=0)
    with served(tmp_path) as one:
        one.start()
        yield one
    connections.close_all()


async def _flood(portal: Served, until: asyncio.Event) -> tuple[set[str], int, list[int]]:
    """Say as much as goes out, and come back when shown out; return what was echoed and sent."""
    echoed, sent, codes = set(), 0, []
    while not until.is_set():
        line = await connect(f"ws://127.0.0.1:{portal.port}/ws/chat/", origin=portal.origin)
        hello = {"conversation": None, "after": 0, "visitor": None, "language": "ja", "page": None}
        await line.send(json.dumps({"type": "hello", **hello}))
        try:
            while not until.is_set():
                frame = {"type": "say", "id": str(uuid.uuid4()), "text": "x"}
                await line.send(json.dumps(frame))
                sent += 1
                heard = json.loads(await line.recv())
                if heard["type"] == "message" and heard["id"]:
                    echoed.add(heard["id"])
        except ConnectionClosed as closed:
            codes.append(closed.rcvd.code if closed.rcvd else 0)
        await line.close()
    return echoed, sent, codes


async def test_a_flood_is_refused_and_loses_nothing_that_was_acknowledged(portal, capsys):
    member, over = Member(portal), asyncio.Event()
    async with living(member):
        await asyncio.wait_for(member.welcomed.wait(), PATIENCE)
        before = await _echoes(member, 40)
        floods = [asyncio.create_task(_flood(portal, over)) for _ in range(FLOODERS)]
        during = await _echoes(member, 40)
        over.set()
        ends = await asyncio.gather(*floods)
    kept = {str(row) async for row in ChatMessage.objects.values_list("client_id", flat=True)}
    sent = sum(count for _, count, _ in ends)
    echoed = set().union(*[each for each, _, _ in ends])
    assert echoed <= kept, "what was acknowledged is there"
    assert len(echoed) < sent / 3
    assert {code for _, _, codes in ends for code in codes} <= {4429}
    assert any(codes for _, _, codes in ends)
    with capsys.disabled():
        figures = [f"p50 {_ms(took, 50)}, p99 {_ms(took, 99)} ms" for took in (before, during)]
        print(f"\nechoes to others: {figures[0]}; in the flood {figures[1]}; {sent} frames said")
