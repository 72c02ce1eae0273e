"""The bot falls silent the instant somebody else owns the chat: judged by the database.

What an action wrote in a turn that lost is undone with it.
"""

import threading
import uuid

import pytest
from django.db import connection, transaction

from bot import dialogue, handoff
from bot.engine import actions
from bot.models import ChatMessage, Conversation
from orders.models import Cancellation
from portal.customers.models import Touchpoint
from portal.flow import WrongMove
from tests.bot.cast import a_conversation, an_order, of, presses, says
from tests.bot.test_conversations import together


def heard(chat: Conversation, text: str) -> ChatMessage:
    """What the customer said and the bot has not answered yet."""
    return dialogue.take(chat, client_id=uuid.uuid4(), text=text).message


@pytest.mark.django_db(transaction=True)
def test_a_turn_that_lost_the_chat_leaves_nothing_of_what_its_action_wrote(alice, monkeypatch):
    """The cancellation is written, then the chat changes hands, then the answer is refused."""
    an_order(alice, "H-1001")
    chat = a_conversation(alice)
    says(chat, "注文H-1001をキャンセルしたい")
    run, written = actions.run, []

    def run_and_lose(name, tracker):
        result = run(name, tracker)
        if name == "action_cancel_order":
            written.append(Cancellation.objects.count())
            Conversation.objects.filter(pk=chat.pk).update(owner="agent", epoch=7)
        return result

    monkeypatch.setattr(actions, "run", run_and_lose)
    message = dialogue.press(chat, client_id=uuid.uuid4(), payload="/affirm").message
    with pytest.raises(WrongMove):
        dialogue.answer(message, dialogue.understand(message))
    assert written == [1]
    assert not Cancellation.objects.exists()
    assert not Touchpoint.objects.filter(kind="order.cancel_requested").exists()
    assert not chat.messages.filter(answers=message).exists()
    assert of(chat).turns == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_an_agent_who_takes_over_while_an_action_runs_wins(alice, aki, monkeypatch):
    """Another connection takes the chat in the middle of the bot's transaction (row locks)."""
    an_order(alice, "H-1001")
    chat = a_conversation(alice)
    says(chat, "注文H-1001をキャンセルしたい")
    run = actions.run

    def run_while_taken(name, tracker):
        result = run(name, tracker)
        if name == "action_cancel_order":
            elsewhere(lambda: handoff.request(of(chat), reason="asked"))
            elsewhere(lambda: handoff.accept(of(chat), agent=aki))
        return result

    monkeypatch.setattr(actions, "run", run_while_taken)
    message = dialogue.press(chat, client_id=uuid.uuid4(), payload="/affirm").message
    dialogue.respond(message, dialogue.understand(message))
    assert of(chat).owner == "agent"
    assert not Cancellation.objects.exists()
    assert not chat.messages.filter(answers=message).exists()


def elsewhere(job) -> None:
    """Do a job on a connection of its own and wait for it."""

    def run():
        job()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()


@pytest.mark.django_db(transaction=True)
def test_no_bot_message_comes_after_an_agent_took_the_chat(alice, aki):
    """Bot and agent at the same instant, again and again: whoever is first, the rule holds."""
    for _ in range(8):
        chat = a_conversation(alice)
        messages = [heard(chat, text) for text in ("ありがとう", "送料はいくらですか")]
        meanings = [dialogue.understand(message) for message in messages]

        def take_over(chat=chat):
            for attempt in range(20):
                try:
                    with transaction.atomic():
                        row = of(chat)
                        handoff.request(row, reason="asked")
                        handoff.accept(row, agent=aki)
                    return
                except WrongMove:
                    assert attempt < 19

        raised = together(
            lambda m=messages[0], h=meanings[0]: dialogue.respond(m, h),
            take_over,
            lambda m=messages[1], h=meanings[1]: dialogue.respond(m, h),
        )
        assert raised == []
        taken_at = chat.messages.get(source="joined").seq
        assert not chat.messages.filter(author="bot", seq__gt=taken_at).exists()
        assert of(chat).owner == "agent"
        seqs = list(chat.messages.values_list("seq", flat=True))
        assert seqs == list(range(1, len(seqs) + 1))


@pytest.mark.django_db(transaction=True)
def test_two_turns_at_once_both_answer_and_neither_forgets_the_other(alice):
    an_order(alice, "H-1001")
    chat = a_conversation(alice)
    one, two = heard(chat, "ありがとう"), heard(chat, "こんにちは")
    raised = together(
        lambda: dialogue.respond(one, dialogue.understand(one)),
        lambda: dialogue.respond(two, dialogue.understand(two)),
    )
    assert raised == []
    assert chat.messages.filter(author="bot").count() == 2
    assert of(chat).turns == 2


@pytest.mark.django_db(transaction=True)
def test_the_same_message_answered_twice_at_once_gets_one_answer():
    chat = a_conversation()
    message = heard(chat, "ありがとう")
    meaning = dialogue.understand(message)
    together(*[lambda: dialogue.respond(message, meaning)] * 3)
    assert chat.messages.filter(author="bot").count() == 1


@pytest.mark.django_db
def test_a_press_of_yes_twice_cancels_once(alice):
    an_order(alice, "H-1001")
    chat = a_conversation(alice)
    says(chat, "注文H-1001をキャンセルしたい")
    presses(chat, "/affirm")
    with pytest.raises(dialogue.NotOffered):
        presses(chat, "/affirm")
    assert Cancellation.objects.count() == 1
