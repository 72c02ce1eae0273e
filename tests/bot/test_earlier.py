"""What came before the 200 newest messages of a welcome can be asked for, page by page."""

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings

from bot.models import ChatMessage, Conversation
from tests.bot.chatter import Chatter


@pytest.fixture
async def long_chat(chat) -> Chatter:
    """Somebody in a chat of 450 messages."""
    alice = await chat()
    await alice.hello()
    await alice.say("ありがとう")
    await alice.heard(author="bot")
    row = await Conversation.objects.aget()
    await ChatMessage.objects.abulk_create(
        ChatMessage(conversation=row, seq=seq, author="customer", text=f"no. {seq}")
        for seq in range(4, 451)
    )
    await Conversation.objects.aupdate(next_seq=451)
    return alice


def seqs(frame: dict) -> list[int]:
    return [message["seq"] for message in frame["messages"]]


async def test_earlier_messages_come_page_by_page_to_the_very_first(long_chat):
    welcome = await long_chat.hello(conversation=long_chat.conversation)
    assert seqs(welcome) == list(range(251, 451)) and welcome["more"] is True
    await long_chat.send_json_to({"type": "earlier", "before": 251})
    page = await long_chat.until("earlier")
    assert seqs(page) == list(range(51, 251)) and page["more"] is True
    assert set(page["messages"][0]) == set(welcome["messages"][0])
    await long_chat.send_json_to({"type": "earlier", "before": 51})
    page = await long_chat.until("earlier")
    assert seqs(page) == list(range(1, 51)) and page["more"] is False


async def test_asking_for_earlier_ones_changes_nothing_of_what_comes_next(long_chat):
    await long_chat.hello(conversation=long_chat.conversation)
    await long_chat.send_json_to({"type": "earlier", "before": 100})
    await long_chat.until("earlier")
    await long_chat.say("こんにちは")
    assert (await long_chat.heard())["seq"] == 451


async def test_before_the_first_say_there_is_nothing_earlier(chat):
    alice = await chat()
    await alice.hello()
    await alice.send_json_to({"type": "earlier", "before": 2})
    assert await alice.until("earlier") == {"type": "earlier", "messages": [], "more": False}
    assert not await Conversation.objects.aexists()


@pytest.mark.parametrize("before", [None, -1, "1", True])
async def test_a_before_that_is_no_seq_is_a_bad_frame(chat, before):
    alice = await chat()
    await alice.hello()
    await alice.send_json_to({"type": "earlier", "before": before})
    assert (await alice.until("error"))["code"] == "bad_frame"


async def test_it_comes_without_sockets_too(long_chat, client):
    hello = {"type": "hello", "conversation": long_chat.conversation, "after": 450}
    hello |= {"language": "ja", "visitor": long_chat.token, "page": None}
    answer = await sync_to_async(client.post)(
        "/chat/frames/",
        {"frames": [hello, {"type": "earlier", "before": 3}]},
        "application/json",
        headers={"Origin": settings.CHAT_ORIGINS[0]},
    )
    _welcome, page = answer.json()["frames"]
    assert page["type"] == "earlier" and seqs(page) == [1, 2]
