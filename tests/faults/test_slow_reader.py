"""A reader who takes nothing: is left with 4408, costs little memory and holds up nobody."""

import asyncio
import json
import re
import socket
import statistics
import time
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.core.management import call_command
from django.db import connections
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from bot.models import ChatMessage, Conversation
from tests.faults.chatting import PATIENCE, Member, living, served

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.long,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc here"),
]

# A welcome of 200 such messages has 3.5 MB: more than any buffer on the way takes.
LONG, MANY, MAY_GROW = "あ" * 6000, 200, 64 * 2**20


@pytest.fixture
def portal(clean_site, tmp_path):
    """A portal of its own, running."""
    call_command("train_bot", verbosity=0)
    with served(tmp_path) as one:
        one.start()
        yield one
    connections.close_all()


def _memory(process: int) -> int:
    """The memory a process holds, in bytes (Linux)."""
    status = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found
    return int(found[1]) * 1024


async def _echoes(member: Member, times: int) -> list[float]:
    """Say so much; return how long each echo took, in seconds."""
    took = []
    for _ in range(times):
        at = time.perf_counter()
        await member.say("ありがとう")
        took.append(time.perf_counter() - at)
        await asyncio.sleep(0.25)
    return took


@sync_to_async
def _a_long_past(conversation: str) -> None:
    row = Conversation.objects.get(public_id=conversation)
    first = row.next_seq
    ChatMessage.objects.bulk_create(
        ChatMessage(conversation=row, seq=seq, author="system", text=LONG)
        for seq in range(first, first + MANY)
    )
    Conversation.objects.filter(pk=row.pk).update(next_seq=first + MANY)


async def test_a_reader_who_takes_nothing_costs_little_and_holds_up_nobody(portal, capsys):
    member, other = Member(portal), Member(portal)
    async with living(member):
        await asyncio.wait_for(member.welcomed.wait(), PATIENCE)
        await member.say("ありがとう")
        await _a_long_past(member.conversation)
        async with living(other):
            await asyncio.wait_for(other.welcomed.wait(), PATIENCE)
            before = await _echoes(other, 30)
            memory = _memory(portal.process)
            narrow = socket.socket()
            narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            narrow.connect(("127.0.0.1", portal.port))
            address = f"ws://127.0.0.1:{portal.port}/ws/chat/"
            # A client that keeps but one frame stops reading when nobody takes it.
            async with connect(
                address, origin=portal.origin, sock=narrow, max_queue=1, max_size=None
            ) as stuck:
                place = {"conversation": member.conversation, "visitor": member.token}
                hello = {"type": "hello", "after": 0, "language": "ja", "page": None, **place}
                for _ in range(9):
                    await stuck.send(json.dumps(hello))
                during = await _echoes(other, 80)
                grown = _memory(portal.process) - memory
                with pytest.raises(ConnectionClosed) as closed:
                    while True:
                        await asyncio.wait_for(stuck.recv(), PATIENCE)
    assert closed.value.rcvd and closed.value.rcvd.code == 4408
    assert grown < MAY_GROW
    with capsys.disabled():
        figures = [f"p50 {_ms(took, 50)}, p99 {_ms(took, 99)} ms" for took in (before, during)]
        print(f"\nechoes to others: {figures[0]}; beside it {figures[1]}; {grown / 2**20:.1f} MiB")


def _ms(took: list[float], percent: int) -> str:
    return f"{statistics.quantiles(took, n=100)[percent - 1] * 1000:.0f}"
