"""A chat that was left without a word ends by itself; whoever else has it keeps it."""

import threading
import uuid
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bot import conversations, dialogue, handoff, tasks
from bot.models import ChatMessage, Conversation
from portal.customers.models import Touchpoint
from tests.bot.cast import a_conversation, of, says


def left(customer=None, *, days: float = 8, **fields) -> Conversation:
    """A chat with one question and its answer, so many days ago."""
    chat = a_conversation(customer, **fields)
    says(chat, "ありがとう")
    at = timezone.now() - timedelta(days=days)
    Conversation.objects.filter(pk=chat.pk).update(started_at=at)
    ChatMessage.objects.filter(conversation=chat).update(at=at)
    return of(chat)


@pytest.mark.django_db
def test_an_idle_chat_ends_as_left(alice):
    chat = left(alice)
    assert tasks.close_idle() == 1
    now = of(chat)
    assert (now.owner, now.outcome, now.epoch) == ("closed", "left", chat.epoch + 1)
    assert now.ended_at and now.next_seq == chat.next_seq
    closed = Touchpoint.objects.get(kind="chat.closed")
    assert (closed.customer, closed.data["outcome"]) == (alice, "left")
    assert tasks.close_idle() == 0
    assert Touchpoint.objects.filter(kind="chat.closed").count() == 1


@pytest.mark.django_db
def test_a_visitors_chat_ends_under_the_browsers_key():
    left(visitor="browser-7")
    handoff.close_idle()
    assert Touchpoint.objects.get(kind="chat.closed").visitor == "browser-7"


@pytest.mark.django_db
def test_how_long_it_may_be_idle_is_a_setting(settings):
    chat = left(days=2)
    assert handoff.close_idle() == 0
    settings.CHAT_IDLE_DAYS = 1
    assert handoff.close_idle() == 1
    assert of(chat).owner == "closed"


@pytest.mark.django_db
def test_one_word_keeps_an_old_chat_open():
    chat = left(days=400)
    dialogue.take(chat, client_id=uuid.uuid4(), text="まだいますか")
    assert handoff.close_idle() == 0
    assert of(chat).owner == "bot"


@pytest.mark.django_db
def test_what_waits_for_a_person_or_is_with_one_is_not_the_bots_to_end(alice, aki):
    waits, taken = left(alice), left()
    for chat in (waits, taken):
        handoff.request(chat, reason="asked")
    handoff.accept(of(taken), agent=aki)
    old = timezone.now() - timedelta(days=30)
    ChatMessage.objects.update(at=old)
    assert handoff.close_idle() == 0
    assert (of(waits).owner, of(taken).owner) == ("queue", "agent")


@pytest.mark.django_db
def test_many_end_with_as_many_queries_as_one(alice):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            handoff.close_idle()
        return len(seen)

    left(alice)
    one = queries()
    for _ in range(6):
        left(alice)
    assert queries() == one
    assert not Conversation.objects.exclude(owner="closed").exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_chat_in_which_something_is_said_just_now_stays_open():
    chat = left()
    said, looked = threading.Event(), threading.Event()

    def speak():
        with transaction.atomic():
            conversations.append(chat, author="customer", text="まだいますか")
            said.set()
            looked.wait(20)
        connection.close()

    speaker = threading.Thread(target=speak)
    speaker.start()
    assert said.wait(20)
    assert handoff.close_idle() == 0
    looked.set()
    speaker.join(20)
    assert handoff.close_idle() == 0
    assert of(chat).owner == "bot"


async def test_an_open_tab_is_told_and_may_begin_anew(chat):
    alice = await chat()
    await alice.hello()
    await alice.say("ありがとう")
    await alice.heard(author="bot")
    old = timezone.now() - timedelta(days=8)
    await Conversation.objects.aupdate(started_at=old)
    await ChatMessage.objects.aupdate(at=old)
    await sync_to_async(handoff.close_idle)()
    await alice.until("state", owner="closed")
    ended = alice.conversation
    assert (await alice.hello())["conversation"] != ended
