"""The chat without sockets: the same frames by plain HTTP."""

import json
import uuid

import pytest
from django.conf import settings

from bot.models import ChatMessage, Conversation
from portal import limits
from portal.customers import visitors
from tests.bot.cast import a_conversation, an_order

pytestmark = pytest.mark.django_db


class Poller:
    """A browser without sockets."""

    def __init__(self, client):
        self.client = client
        self.hello = {
            "type": "hello",
            "conversation": None,
            "after": 0,
            "language": "en",
            "visitor": None,
            "page": None,
        }

    def post(self, *frames, origin: str | None = None, **hello) -> list[dict]:
        """Say hello and ``frames``; returns the answers, and remembers where we are."""
        body = {"frames": [{**self.hello, **hello}, *frames]}
        headers = {"Origin": origin or settings.CHAT_ORIGINS[0]}
        answer = self.client.post("/chat/frames/", body, "application/json", headers=headers)
        assert answer.status_code == 200, answer.content
        said = answer.json()["frames"]
        welcome = next(frame for frame in said if frame["type"] == "welcome")
        after = max([f["seq"] for f in said if f["type"] == "message"], default=welcome["head"])
        self.hello |= {"conversation": welcome["conversation"], "after": after}
        self.hello["visitor"] = welcome["visitor"]
        return said


@pytest.fixture
def poller(client) -> Poller:
    return Poller(client)


def say(text: str, frame_id: str | None = None) -> dict:
    return {"type": "say", "id": frame_id or str(uuid.uuid4()), "text": text}


def test_hello_alone_greets_and_writes_nothing(poller):
    (welcome,) = poller.post()
    assert welcome["messages"][0]["author"] == "bot"
    assert not Conversation.objects.exists()


def test_what_is_said_is_echoed_and_answered_in_one_request(poller):
    _welcome, echo, answer = poller.post(say("thank you"))
    assert (echo["author"], echo["seq"]) == ("customer", 2)
    assert (answer["author"], answer["answers"]) == ("bot", 2)


def test_polling_is_hello_with_after_and_brings_each_message_once(poller):
    poller.post(say("thank you"))
    (welcome,) = poller.post()
    assert welcome["messages"] == []
    Conversation.objects.get().messages.create(seq=4, author="agent", text="Hello from Aki")
    (welcome,) = poller.post()
    assert [message["text"] for message in welcome["messages"]] == ["Hello from Aki"]


def test_an_unborn_conversation_is_still_ones_own_at_the_next_poll(poller):
    poller.post()
    conversation = poller.hello["conversation"]
    (welcome,) = poller.post()
    assert welcome["conversation"] == conversation and welcome["messages"] == []


def test_a_repeated_id_brings_the_stored_echo(poller):
    frame = say("thank you")
    _, echo, _ = poller.post(frame)
    _welcome, again = poller.post({**frame, "text": "something else"})
    assert again == echo
    assert ChatMessage.objects.filter(author="customer").count() == 1


def test_a_new_owner_is_told(poller):
    said = poller.post(say("I want to talk to a person"))
    assert said[-1] == {
        "type": "state",
        "owner": "queue",
        "queue": {"position": 1, "wait_seconds": None},
    }


def test_a_bad_frame_spoils_no_other(poller):
    _welcome, error, echo, answer = poller.post({"type": "shout"}, say("thank you"))
    assert error["code"] == "bad_frame"
    assert (echo["author"], answer["author"]) == ("customer", "bot")


def test_hello_comes_first(client):
    headers = {"Origin": settings.CHAT_ORIGINS[0]}
    body = {"frames": [say("hello")]}
    answer = client.post("/chat/frames/", body, "application/json", headers=headers)
    assert [frame["code"] for frame in answer.json()["frames"]] == ["bad_frame"]
    assert not Conversation.objects.exists()


def test_a_strangers_conversation_is_not_yours(poller, alice):
    hers = a_conversation(alice)
    error, welcome = poller.post(conversation=str(hers.public_id))
    assert error["code"] == "not_yours"
    assert welcome["conversation"] != str(hers.public_id)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_a_foreign_origin_is_refused(client, origin):
    headers = {"Origin": origin} if origin else {}
    answer = client.post("/chat/frames/", {"frames": []}, "application/json", headers=headers)
    assert answer.status_code == 403


@pytest.mark.parametrize("body", ["[]", "{}", '{"frames": []}', '{"frames": 7}', "{", "[" * 9999])
def test_what_is_no_list_of_frames_is_400(client, body):
    headers = {"Origin": settings.CHAT_ORIGINS[0]}
    answer = client.post("/chat/frames/", body, "application/json", headers=headers)
    assert answer.status_code == 400


def test_the_proven_customer_hears_of_the_order(poller, alice):
    an_order(alice, "H-1001", status="shipped")
    poller.hello["visitor"] = visitors.proven(visitors.new(), customer_id=alice.pk).token
    *_, answer = poller.post(say("where is my order?"))
    assert "H-1001" in answer["text"]


def test_too_many_frames_are_too_fast(poller, monkeypatch):
    monkeypatch.setitem(limits.LIMITS, "chat.frames", "3/minute")
    limits._item.cache_clear()
    said = poller.post(*[say("x") for _ in range(5)])
    limits._item.cache_clear()
    assert [frame["code"] for frame in said if frame["type"] == "error"] == ["too_fast"] * 2
    assert ChatMessage.objects.filter(author="customer").count() == 3


def test_a_flood_of_what_is_too_long_is_too_fast_like_any_other(poller):
    said = poller.post(*[say("x" * 2001) for _ in range(30)])
    codes = [frame["code"] for frame in said if frame["type"] == "error"]
    assert codes[:10] == ["too_long"] * 10 and set(codes[20:]) == {"too_fast"}


def test_who_forgets_the_token_each_time_is_counted_by_network(poller, monkeypatch):
    monkeypatch.setitem(limits.LIMITS, "chat.frames.network", "2/minute")
    limits._item.cache_clear()
    said = [poller.post(say("x"), visitor=None, conversation=None)[1] for _ in range(4)]
    limits._item.cache_clear()
    assert [frame.get("code") for frame in said] == [None, None, "too_fast", "too_fast"]
    assert ChatMessage.objects.filter(author="customer").count() == 2


def test_typing_too_fast_is_dropped_without_a_word(poller):
    assert len(poller.post(*[{"type": "typing"}] * 40)) == 1


def test_a_token_with_a_nul_counts_as_none(poller):
    (welcome,) = poller.post(visitor="a\x00b")
    assert welcome["messages"][0]["author"] == "bot"


def test_what_fails_inside_is_unavailable_without_a_word_of_it_in_the_log(
    poller, monkeypatch, caplog
):
    from bot import dialogue

    def broken(*args, **kwargs):
        raise RuntimeError("canary-7391")

    monkeypatch.setattr(dialogue, "take", broken)
    frame = say("canary-7391")
    _welcome, error = poller.post(frame)
    assert (error["code"], error["id"]) == ("unavailable", frame["id"])
    assert "canary-7391" not in caplog.text and "canary-7391" not in json.dumps(error)
