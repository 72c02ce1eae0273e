"""The portal dies while people chat: what was acknowledged is there, once, in one order for all."""

import asyncio
import time
from collections import Counter

import pytest
from asgiref.sync import sync_to_async
from django.core.management import call_command
from django.db import connections

from bot import dialogue
from bot.models import ChatMessage, Conversation
from tests.faults.chatting import PATIENCE, Member, Served, living, served

pytestmark = pytest.mark.django_db(transaction=True)

# The conversations, the members of each, what each member says, and the power cuts meanwhile.
CHATS, MEMBERS, EACH, CUTS = 10, 2, 25, 3


@pytest.fixture
def portal(clean_site, tmp_path):
    """A portal with a trained bot; not started yet."""
    call_command("train_bot", verbosity=0)
    with served(tmp_path) as one:
        yield one
    connections.close_all()


@pytest.mark.parametrize(
    "point",
    [
        pytest.param("before the commit", marks=pytest.mark.long),
        "before the bell",
        "before the echo",
        pytest.param("before the answer", marks=pytest.mark.long),
        pytest.param("after the answer", marks=pytest.mark.long),
    ],
)
async def test_a_portal_that_dies_at_any_point_of_a_turn_loses_and_doubles_nothing(portal, point):
    await asyncio.to_thread(portal.start, dies=point)
    one = Member(portal)
    async with living(one):
        await asyncio.wait_for(one.welcomed.wait(), PATIENCE)
        two = Member(portal, token=one.token)
        async with living(two):
            await asyncio.wait_for(two.welcomed.wait(), PATIENCE)
            saying = asyncio.create_task(one.say("ありがとう"))
            assert await asyncio.to_thread(portal.died) == 9
            rows = await ChatMessage.objects.filter(author="customer").acount()
            assert rows == (0 if point == "before the commit" else 1)
            await asyncio.to_thread(portal.start)
            sent = await saying
            # Beat answers what was heard and not answered (DESIGN §6).
            for member in (one, two):
                await member.until(lambda member=member: member.last == 3)
    assert [m["seq"] for m in one.heard] == [m["seq"] for m in two.heard] == [1, 2, 3]
    # A greeting has no row before the first word, and each hello's own time until then.
    assert one.heard[1:] == two.heard[1:] and one.heard[1]["id"] == sent
    assert [m["author"] for m in one.heard] == ["bot", "customer", "bot"]
    assert await ChatMessage.objects.acount() == 3


@pytest.mark.long
async def test_power_cuts_under_load_lose_and_double_nothing(portal, capsys):
    await asyncio.to_thread(portal.start)
    chats = [[Member(portal) for _ in range(MEMBERS)] for _ in range(CHATS)]
    members = [member for chat in chats for member in chat]
    async with living(*[chat[0] for chat in chats]):
        for first, *others in chats:
            await asyncio.wait_for(first.welcomed.wait(), PATIENCE)
            for other in others:
                other.token = first.token
        async with living(*[other for _, *others in chats for other in others]):
            talk = [asyncio.create_task(_talk(member)) for member in members]
            back = [await _power_cut(portal, members) for _ in range(CUTS)]
            said = [sent for each in await asyncio.gather(*talk) for sent in each]
            for first, *_ in chats:
                await _answered(first.conversation)
            for chat in chats:
                head = await _head(chat[0].conversation)
                for member in chat:
                    await member.until(lambda member=member, head=head: member.last == head)
    await _judge(chats, said)
    with capsys.disabled():
        times = ", ".join(f"{seconds:.1f}" for seconds in back)
        print(f"\n{len(said)} said, {CUTS} cuts, all back {times} s after the port was open")


async def _talk(member: Member) -> list[str]:
    said = []
    await asyncio.wait_for(member.welcomed.wait(), PATIENCE)
    for _ in range(EACH):
        said.append(await member.say("ありがとう"))
        await asyncio.sleep(0.25)  # no faster than the limits allow
    return said


async def _power_cut(portal: Served, members: list[Member]) -> float:
    """Kill the portal in the middle of it all; return how long after its start all were back."""
    await asyncio.sleep(1.5)
    await asyncio.to_thread(portal.kill)
    lines = [member.lines for member in members]
    await asyncio.to_thread(portal.start)
    at = time.monotonic()
    for member, before in zip(members, lines, strict=True):
        await member.until(lambda member=member, before=before: member.lines > before)
    return time.monotonic() - at


@sync_to_async
def _head(conversation: str | None) -> int:
    return Conversation.objects.get(public_id=conversation).head


async def _answered(conversation: str | None) -> None:
    left = dialogue.unanswered().filter(conversation__public_id=conversation)
    async with asyncio.timeout(PATIENCE):
        while await left.aexists():
            await asyncio.sleep(0.2)


@sync_to_async
def _judge(chats: list[list[Member]], said: list[str]) -> None:
    stored = ChatMessage.objects.exclude(client_id=None).values_list("client_id", flat=True)
    assert Counter(map(str, stored)) == Counter(said), "lost or doubled"
    for chat in chats:
        rows = ChatMessage.objects.filter(conversation__public_id=chat[0].conversation)
        order = list(rows.order_by("seq").values_list("seq", flat=True))
        assert order == list(range(1, len(order) + 1))
        asked = rows.filter(author="customer").count()
        assert rows.filter(author="bot").exclude(answers=None).count() == asked, "one answer each"
        for member in chat:
            assert [message["seq"] for message in member.heard] == order
        assert all(member.heard[1:] == chat[0].heard[1:] for member in chat)
