"""What the chat socket refuses beyond single frames: floods, what was not begun, who has left."""

import json
import uuid

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session

from bot.engine import socket as manners
from bot.models import ChatMessage, Conversation
from portal.customers import visitors
from portal.customers.models import Touchpoint
from tests.bot.cast import an_order


async def test_a_binary_frame_above_32_kib_closes_with_1009(chat):
    alice = await chat()
    await alice.hello()
    await alice.send_to(bytes_data=b"x" * 33_000)
    assert await alice.closed() == 1009


async def test_a_frame_of_exactly_32_kib_is_taken(chat):
    alice = await chat()
    await alice.hello()
    frame = json.dumps({"type": "say", "id": str(uuid.uuid4()), "text": "x", "pad": ""})
    await alice.send_to(text_data=frame.replace('""', f'"{"a" * (32 * 1024 - len(frame))}"'))
    assert (await alice.heard(author="customer"))["text"] == "x"


async def test_2000_code_points_beyond_the_basic_plane_come_back_whole(chat):
    alice = await chat()
    await alice.hello()
    await alice.say("😀" * 2000)
    assert (await alice.heard(author="customer"))["text"] == "😀" * 2000


async def test_what_is_too_long_takes_its_token_from_the_bucket_too(chat):
    alice = await chat()
    await alice.hello()
    for _ in range(40):
        await alice.say("x" * 2001)
    codes = [(await alice.until("error"))["code"] for _ in range(40)]
    assert codes[0] == "too_long" and codes[-1] == "too_fast"
    assert not await Conversation.objects.aexists()


async def test_a_refused_press_begins_no_conversation(chat):
    alice = await chat()
    await alice.hello()
    sent = await alice.press("/not_offered")
    error = await alice.until("error")
    assert (error["code"], error["id"]) == ("not_offered", sent)
    assert not await Conversation.objects.aexists()
    assert not await Touchpoint.objects.aexists()


async def test_to_end_what_has_not_begun_brings_the_state_and_writes_nothing(chat):
    alice = await chat()
    await alice.hello()
    await alice.send_json_to({"type": "end"})
    assert (await alice.until("state"))["owner"] == "bot"
    assert not await Conversation.objects.aexists()


FRAMES = [
    {"type": "say", "id": str(uuid.uuid4()), "text": "注文はどこですか"},
    {"type": "press", "id": str(uuid.uuid4()), "payload": "/order_status"},
    {"type": "mail_me", "id": str(uuid.uuid4())},
    {"type": "seen", "seq": 1},
    {"type": "end"},
]


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame["type"])
async def test_after_a_sign_out_no_further_frame_is_taken(chat, alice, frame):
    """Not even the first, long before the next beat looks: a shared machine goes to another."""
    await sync_to_async(an_order)(alice, "H-1001", status="shipped")
    hers = await chat(person=alice)
    await hers.hello()
    await hers.say("ありがとう")
    await hers.heard(author="bot")
    await Session.objects.all().adelete()
    await hers.send_json_to(frame)
    assert await hers.closed() == 4401
    assert await ChatMessage.objects.acount() == 3
    assert (await Conversation.objects.aget()).owner == "bot"


def _deactivated(person):
    person.is_active = False
    person.save()


def _with_another_password(person):
    person.set_password("a new one, because the old one was seen")
    person.save()


@pytest.mark.parametrize("happened", [_deactivated, _with_another_password])
@pytest.mark.parametrize("idle", [True, False])
async def test_an_account_that_is_closed_or_secured_anew_leaves_no_socket_open(
    chat, alice, monkeypatch, happened, idle
):
    monkeypatch.setattr(manners, "HEARTBEAT", 0.1 if idle else 60)
    hers = await chat(person=alice)
    await hers.hello()
    await sync_to_async(happened)(alice)
    if not idle:
        await hers.say("注文はどこですか")
    assert await hers.closed() == 4401
    assert not await ChatMessage.objects.aexists()


async def test_after_a_proof_ran_out_no_further_frame_is_taken(chat, alice, monkeypatch):
    browser = await chat()
    proven = visitors.proven(visitors.new(), customer_id=alice.pk)
    await browser.hello(visitor=proven.token)
    monkeypatch.setattr(visitors, "PROVES", -1)
    await browser.say("注文はどこですか")
    assert await browser.closed() == 4401
    assert not await ChatMessage.objects.aexists()
