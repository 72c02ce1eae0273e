"""The chat socket, frame by frame, as DESIGN §8 says."""

import asyncio
import json
import uuid

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings

from bot import conversations, handoff
from bot.engine import socket as manners
from bot.models import ChatMessage, Conversation
from portal.asgi import application
from portal.customers import visitors
from tests.bot.cast import a_conversation, an_order
from tests.bot.chatter import Chatter
from tests.harness.sockets import Communicator

in_database = sync_to_async


async def test_a_new_conversation_greets_and_has_no_row_before_the_first_say(chat):
    alice = await chat()
    welcome = await alice.hello()
    (greeting,) = welcome["messages"]
    assert (greeting["author"], greeting["seq"], greeting["answers"]) == ("bot", 1, None)
    assert welcome["head"] == 1 and welcome["more"] is False
    assert welcome["state"] == {"owner": "bot", "queue": None}
    assert not await Conversation.objects.aexists()


async def test_the_echo_acknowledges_and_comes_before_the_answer(chat):
    alice = await chat()
    await alice.hello()
    sent = await alice.say("注文はどこですか")
    echo = await alice.heard()
    answer = await alice.heard()
    assert (echo["id"], echo["seq"], echo["author"]) == (sent, 2, "customer")
    assert (echo["name"], echo["parts"], echo["at"][-1]) == ("", [], "Z")
    assert (answer["seq"], answer["author"], answer["answers"]) == (3, "bot", 2)
    assert answer["text"]


async def test_a_repeated_id_brings_the_stored_echo_whatever_the_text_says_now(chat):
    alice = await chat()
    await alice.hello()
    sent = await alice.say("注文はどこですか")
    first = await alice.heard(author="customer")
    await alice.heard(author="bot")
    await alice.say("別の話", sent)
    assert await alice.heard() == first
    assert await ChatMessage.objects.filter(author="customer").acount() == 1


async def test_the_echo_of_a_repeated_id_goes_to_the_asking_socket_only(chat):
    one, two = await chat(), await chat()
    await one.hello()
    two.token = one.token
    await two.hello()
    sent = await one.say("ありがとう")
    for tab in (one, two):
        await tab.heard(author="bot")
    await one.say("ありがとう", sent)
    assert (await one.heard())["id"] == sent
    assert await two.receive_nothing(0.3)


async def test_two_tabs_of_one_browser_hear_each_message_once(chat):
    one, two = await chat(), await chat()
    await one.hello()
    two.token = one.token
    assert (await two.hello())["conversation"] == one.conversation
    await one.say("ありがとう")
    await two.heard(author="bot")
    await two.say("こんにちは")
    for tab in (one, two):
        heard = [await tab.heard() for _ in range(4 if tab is one else 2)]
        seqs = [message["seq"] for message in heard]
        assert seqs == sorted(set(seqs)) and seqs[-1] == 5


async def test_hello_brings_what_was_said_after_and_the_state(chat):
    first = await chat()
    await first.hello()
    await first.say("ありがとう")
    await first.heard(author="bot")
    back = await chat()
    back.token = first.token
    welcome = await back.hello(conversation=first.conversation, after=2)
    assert [message["seq"] for message in welcome["messages"]] == [3]
    assert (welcome["head"], welcome["more"]) == (3, False)


async def test_no_conversation_named_is_the_newest_open_one(chat):
    first = await chat()
    await first.hello()
    await first.say("ありがとう")
    await first.heard(author="bot")
    back = await chat()
    back.token = first.token
    assert (await back.hello())["conversation"] == first.conversation


async def test_after_the_end_nothing_is_said_and_hello_begins_anew(chat):
    alice = await chat()
    await alice.hello()
    await alice.say("ありがとう")
    await alice.heard(author="bot")
    await alice.send_json_to({"type": "end"})
    assert (await alice.heard(author="system"))["parts"] == [{"type": "rating"}]
    await alice.until("state", owner="closed")
    sent = await alice.say("まだいますか")
    error = await alice.until("error")
    assert (error["code"], error["id"]) == ("closed", sent)
    old = alice.conversation
    assert (await alice.hello())["conversation"] != old


async def test_a_rating_is_pressed_after_the_end_once(chat):
    alice = await chat()
    await alice.hello()
    await alice.say("ありがとう")
    await alice.heard(author="bot")
    await alice.press('/rate{"score":4}')
    assert (await alice.until("error"))["code"] == "not_offered"
    await alice.send_json_to({"type": "end"})
    await alice.until("state", owner="closed")
    await alice.press('/rate{"score":4}')
    assert (await alice.heard(author="customer"))["text"] == "★★★★☆"
    await alice.press('/rate{"score":1}')
    assert (await alice.until("error"))["code"] == "not_offered"
    from portal.customers.models import Touchpoint

    rated = await Touchpoint.objects.aget(kind="chat.rated")
    assert rated.data["score"] == 4


async def test_a_press_echoes_with_the_buttons_title(chat):
    alice = await chat()
    welcome = await alice.hello(language="en")
    (buttons,) = welcome["messages"][0]["parts"]
    sent = await alice.press(buttons["buttons"][0]["payload"])
    echo = await alice.heard(author="customer")
    assert (echo["id"], echo["text"]) == (sent, buttons["buttons"][0]["title"])


# --- Refusals: the code, the text in both languages, nothing written, nothing in the log ----------

WORDS = {
    "bad_frame": ("読み取れません", "could not read"),
    "too_long": ("2,000文字", "2,000 characters"),
    "too_fast": ("少しお待ち", "wait a moment"),
    "not_offered": ("選択肢", "no longer offered"),
    "not_yours": ("見つかりません", "could not find"),
    "closed": ("終了", "has ended"),
    "unavailable": ("もう一度", "try again"),
}
CANARY = "canary-7391-カナリア"


def frame(**fields) -> str:
    return json.dumps({"id": str(uuid.uuid4()), **fields})


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"{CANARY} {{", "bad_frame"),
        (frame(type="say", text=[CANARY]), "bad_frame"),
        (frame(type=CANARY), "bad_frame"),
        (frame(type="say", text=CANARY + "\x00"), "bad_frame"),
        (frame(type="say", text=CANARY * 300), "too_long"),
        (frame(type="press", payload=f"/{CANARY}"), "not_offered"),
    ],
)
async def test_a_refused_frame_writes_nothing(chat, caplog, language, text, code):
    alice = await chat()
    await alice.hello(language=language)
    await alice.say("hello" if language == "en" else "こんにちは")
    await alice.heard(author="bot")
    await alice.send_to(text_data=text)
    error = await alice.until("error")
    assert error["code"] == code
    assert WORDS[code][language == "en"] in error["detail"]
    assert await ChatMessage.objects.acount() == 3
    assert CANARY not in caplog.text and CANARY not in json.dumps(error)


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_a_strangers_conversation_and_an_unknown_one_behave_alike(chat, alice, language):
    hers = await in_database(a_conversation)(alice)
    errors = []
    for public_id in (hers.public_id, uuid.uuid4()):
        stranger = await chat()
        hello = {"conversation": str(public_id), "after": 0, "language": language}
        await stranger.send_json_to({"type": "hello", "visitor": None, "page": None, **hello})
        errors.append(await stranger.until("error"))
        welcome = await stranger.until("welcome")
        assert welcome["conversation"] != str(public_id)
        assert [message["author"] for message in welcome["messages"]] == ["bot"]
    assert errors[0] == errors[1]
    assert errors[0]["code"] == "not_yours"
    assert WORDS["not_yours"][language == "en"] in errors[0]["detail"]
    assert await Conversation.objects.acount() == 1


async def test_the_first_frame_must_be_hello(chat):
    alice = await chat()
    await alice.say("こんにちは")
    assert (await alice.until("error"))["code"] == "bad_frame"
    assert not await Conversation.objects.aexists()


async def test_a_binary_frame_is_a_bad_frame(chat):
    alice = await chat()
    await alice.send_to(bytes_data=b"\x00\x01")
    assert (await alice.until("error"))["code"] == "bad_frame"


async def test_a_frame_above_32_kib_closes_with_1009(chat):
    alice = await chat()
    await alice.hello()
    await alice.send_to(text_data=frame(type="say", text="あ" * 11_000))
    assert await alice.closed() == 1009


async def test_twenty_bad_frames_in_a_minute_close_with_4400(chat):
    alice = await chat()
    for _ in range(20):
        await alice.send_to(text_data="nonsense")
    assert await alice.closed() == 4400


async def test_what_comes_too_fast_is_refused_and_not_stored_then_closed_with_4429(chat):
    alice = await chat()
    await alice.hello()
    for _ in range(75):
        await alice.say("x")
    error = await alice.until("error")
    assert error["code"] == "too_fast" and WORDS["too_fast"][0] in error["detail"]
    assert await alice.closed() == 4429
    assert 9 <= await ChatMessage.objects.filter(author="customer").acount() < 25


async def test_typing_too_fast_is_dropped_without_a_word(chat):
    alice = await chat()
    await alice.hello()
    for _ in range(60):
        await alice.send_json_to({"type": "typing"})
    assert await alice.receive_nothing(0.3)


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "https://evil.example",
        "http://127.0.0.1:8000.evil.example",
        "http://127.0.0.1:80001",
        "http://127.0.0.1:port",
        "https://127.0.0.1:8000",
        "http://127.0.0.1:8000/",
    ],
)
async def test_a_foreign_origin_is_refused_before_anything_is_read(origin, transactional_db):
    assert origin not in settings.CHAT_ORIGINS
    stranger = Chatter(origin=origin)
    accepted, _ = await stranger.connect()
    assert accepted is False


async def test_two_origins_at_once_are_refused(transactional_db):
    good = settings.CHAT_ORIGINS[0].encode()
    headers = [(b"origin", good), (b"origin", b"https://evil.example")]
    accepted, _ = await Communicator(application, "/ws/chat/", headers=headers).connect()
    assert accepted is False


# --- Who it is ------------------------------------------------------------------------------------


async def test_a_bad_or_expired_token_counts_as_none(chat):
    alice = await chat()
    welcome = await alice.hello(visitor="ImJhZCI:forged:token")
    assert visitors.read(welcome["visitor"])


async def test_the_token_slides_and_names_the_same_browser(chat):
    alice = await chat()
    first = (await alice.hello())["visitor"]
    again = (await alice.hello())["visitor"]
    assert visitors.read(first).key == visitors.read(again).key


async def test_whoever_proves_an_address_gets_the_answer_that_waited(chat, alice):
    await in_database(an_order)(alice, "H-1001", status="shipped")
    browser = await chat()
    await browser.hello()
    await browser.say("注文はどこですか")
    asked = await browser.heard(author="bot")
    assert "prove_email" in [part["type"] for part in asked["parts"]]
    proven = visitors.proven(visitors.read(browser.token), customer_id=alice.pk)
    welcome = await browser.hello(conversation=browser.conversation, visitor=proven.token, after=3)
    (answer,) = welcome["messages"]
    assert "H-1001" in answer["text"] and answer["answers"] is None
    conversation = await Conversation.objects.aget(public_id=browser.conversation)
    assert conversation.customer_id == alice.pk


async def test_the_signed_in_customer_needs_no_proof(chat, alice):
    await in_database(an_order)(alice, "H-1001", status="shipped")
    hers = await chat(person=alice)
    await hers.hello()
    await hers.say("注文はどこですか")
    assert "H-1001" in (await hers.heard(author="bot"))["text"]


async def test_a_name_in_a_frame_proves_nothing(chat, alice):
    await in_database(an_order)(alice, "H-1001")
    stranger = await chat()
    await stranger.hello(customer=alice.pk, email=alice.email)
    await stranger.say("H-1001はどこですか")
    assert "prove_email" in [p["type"] for p in (await stranger.heard(author="bot"))["parts"]]


async def test_who_signs_out_is_closed_with_4401(chat, alice, monkeypatch):
    monkeypatch.setattr(manners, "HEARTBEAT", 0.1)
    hers = await chat(person=alice)
    await hers.hello()
    from django.contrib.sessions.models import Session

    await Session.objects.all().adelete()
    assert await hers.closed() == 4401


async def test_a_proof_that_ran_out_is_closed_with_4401(chat, alice, monkeypatch):
    monkeypatch.setattr(manners, "HEARTBEAT", 0.1)
    browser = await chat()
    proven = visitors.proven(visitors.new(), customer_id=alice.pk)
    await browser.hello(visitor=proven.token)
    monkeypatch.setattr(visitors, "PROVES", -1)
    assert await browser.closed() == 4401


async def test_a_tab_whose_chat_another_tab_has_proven_comes_back(chat, alice, monkeypatch):
    monkeypatch.setattr(manners, "HEARTBEAT", 0.1)
    one, two = await chat(), await chat()
    await one.hello()
    await one.say("ありがとう")
    await one.heard(author="bot")
    two.token = one.token
    await two.hello()
    proven = visitors.proven(visitors.read(one.token), customer_id=alice.pk)
    await one.hello(conversation=one.conversation, visitor=proven.token)
    assert await two.closed() == 1012


# --- Staying complete -----------------------------------------------------------------------------


async def test_head_comes_with_each_beat_and_heals_what_the_layer_lost(chat, monkeypatch):
    monkeypatch.setattr(manners, "HEARTBEAT", 0.2)
    alice = await chat()
    await alice.hello()
    await alice.say("ありがとう")
    await alice.heard(author="bot")
    monkeypatch.setattr(conversations, "ring", lambda *args: None)
    row = await Conversation.objects.aget()
    await in_database(conversations.append)(row, author="system", text="lost bell")
    assert (await alice.heard())["text"] == "lost bell"
    assert (await alice.until("head"))["seq"] == 4


async def test_a_reader_who_takes_nothing_is_left_with_4408(monkeypatch):
    monkeypatch.setattr(manners, "PATIENCE", 0.1)
    reader, sent = manners.FrameSocket(), []

    async def stuck(message):
        if message["type"] == "websocket.close":
            sent.append(message["code"])
        else:
            await asyncio.sleep(60)

    reader.base_send = stuck
    await reader.say({"type": "head", "seq": 1})
    assert sent == [4408]


async def test_what_fails_inside_is_unavailable_and_the_socket_lives(chat, monkeypatch, caplog):
    from bot import dialogue

    alice = await chat()
    await alice.hello(language="en")

    def broken(*args, **kwargs):
        raise RuntimeError(CANARY)

    with monkeypatch.context() as patch:
        patch.setattr(dialogue, "take", broken)
        sent = await alice.say(CANARY)
        error = await alice.until("error")
    assert (error["code"], error["id"]) == ("unavailable", sent)
    assert WORDS["unavailable"][1] in error["detail"]
    assert "socket.failed" in caplog.text and CANARY not in caplog.text
    await alice.say("thanks", sent)
    assert (await alice.heard(author="customer"))["id"] == sent


async def test_leaving_the_queue_gives_the_chat_back_to_the_bot(chat):
    alice = await chat()
    await alice.hello()
    await alice.say("担当者と話したい")
    state = await alice.until("state", owner="queue")
    assert state["queue"] == {"position": 1, "wait_seconds": None}
    await alice.send_json_to({"type": "leave_queue"})
    assert (await alice.until("state"))["owner"] == "bot"
    await alice.say("ありがとう")
    assert await alice.heard(author="bot")


async def test_while_waiting_the_bot_is_silent(chat):
    alice = await chat()
    await alice.hello()
    await alice.say("担当者と話したい")
    await alice.until("state", owner="queue")
    await alice.say("注文はどこですか")
    assert (await alice.heard())["author"] == "customer"
    assert await alice.receive_nothing(0.5)


async def test_the_one_ahead_taken_moves_up_who_waits(chat, aki):
    one, two = await chat(), await chat()
    for visitor in (one, two):
        await visitor.hello()
        await visitor.say("担当者と話したい")
        await visitor.until("state", owner="queue")
    first = await Conversation.objects.aget(public_id=one.conversation)
    await in_database(handoff.accept)(first, agent=aki)
    state = await two.until("state")
    while state["queue"]["position"] != 1:
        state = await two.until("state")


async def test_typing_and_reading_reach_the_other_tab_but_not_the_own(chat):
    one, two = await chat(), await chat()
    await one.hello()
    two.token = one.token
    await two.hello()
    await one.send_json_to({"type": "typing"})
    assert await two.until("typing") == {"type": "typing", "author": "customer"}
    await one.send_json_to({"type": "seen", "seq": 1})
    assert await two.until("seen") == {"type": "seen", "author": "customer", "seq": 1}
    assert await one.receive_nothing(0.2)


async def test_a_line_cut_before_the_echo_loses_and_doubles_nothing(chat):
    cut = await chat()
    await cut.hello()
    sent = await cut.say("ありがとう")
    while not await ChatMessage.objects.filter(answers__isnull=False).aexists():
        await asyncio.sleep(0.05)
    await cut.disconnect()
    back = await chat()
    back.token = cut.token
    welcome = await back.hello(conversation=cut.conversation, after=1)
    assert [m["author"] for m in welcome["messages"]] == ["customer", "bot"]
    await back.say("ありがとう", sent)
    assert await back.heard() == welcome["messages"][0]
    assert await ChatMessage.objects.filter(author="customer").acount() == 1


async def test_two_things_said_at_once_are_answered_in_their_order(chat):
    alice = await chat()
    await alice.hello()
    for text in ("ありがとう", "こんにちは", "送料はいくらですか"):
        await alice.say(text)
    answers = [await alice.heard(author="bot") for _ in range(3)]
    asked = [answer["answers"] for answer in answers]
    assert asked == sorted(asked) and len(set(asked)) == 3
