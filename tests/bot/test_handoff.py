"""To a person and back: who owns the chat, who waits how long, what is recorded."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bot import conversations, handoff
from bot.conversations import Member
from bot.engine.seat import Seat
from bot.frames import Frame
from bot.models import Conversation, Handoff
from portal.customers.models import Touchpoint
from portal.flow import WrongMove
from tests.bot.cast import a_conversation, of, says
from tests.bot.test_conversations import together

pytestmark = pytest.mark.django_db


def waits(**fields) -> Conversation:
    """A conversation in the queue."""
    chat = a_conversation(**fields)
    handoff.request(chat, reason="asked")
    return chat


def test_a_request_puts_the_chat_into_the_queue_with_a_summary(alice):
    chat = a_conversation(alice, page="/ja/orders/")
    says(chat, "注文はどこですか")
    handoff.request(of(chat), reason="asked")
    assert of(chat).owner == "queue"
    card = Handoff.objects.get().card
    assert card["said"] == ["注文はどこですか"]
    assert (card["intents"], card["page"], card["proven"]) == (
        ["order_status"],
        "/ja/orders/",
        True,
    )
    touchpoint = Touchpoint.objects.get(kind="chat.handed_over")
    assert (touchpoint.customer, touchpoint.data["reason"]) == (alice, "asked")


def test_every_change_of_owner_counts_up_the_epoch(aki):
    chat = waits()
    handoff.accept(chat, agent=aki)
    handoff.release(chat, agent=aki)
    handoff.leave(chat)
    assert (of(chat).owner, of(chat).epoch) == ("bot", 4)


def test_position_and_expected_wait_come_from_the_queue_and_from_real_waits():
    now = timezone.now()
    for seconds in (30, 60, 600):
        Handoff.objects.create(
            conversation=a_conversation(),
            requested_at=now - timedelta(seconds=seconds),
            accepted_at=now,
            ended_at=now,
        )
    first, second = waits(), waits()
    assert handoff.state(first)["queue"] == {"position": 1, "wait_seconds": 60}
    assert handoff.state(second)["queue"]["position"] == 2
    handoff.leave(first)
    assert handoff.state(second)["queue"]["position"] == 1
    assert handoff.state(first) == {"owner": "bot", "queue": None}


def test_nobody_promises_a_wait_that_nobody_knows():
    assert handoff.state(waits())["queue"] == {"position": 1, "wait_seconds": None}


def test_a_released_chat_is_back_at_its_old_place(aki):
    first, second = waits(), waits()
    handoff.accept(first, agent=aki)
    handoff.release(first, agent=aki)
    assert [row["conversation"] for row in handoff.waiting()] == [
        str(first.public_id),
        str(second.public_id),
    ]


def test_an_agent_may_not_release_or_close_what_another_has(aki, eri):
    chat = waits()
    handoff.accept(chat, agent=eri)
    with pytest.raises(WrongMove):
        handoff.release(of(chat), agent=aki)
    with pytest.raises(WrongMove):
        handoff.close(of(chat), outcome="solved", agent=aki)
    assert of(chat).agent == eri


def test_closing_asks_for_a_rating_and_is_recorded_once(alice, aki):
    chat = waits(customer=alice)
    handoff.accept(chat, agent=aki)
    handoff.close(chat, outcome="solved", agent=aki)
    last = chat.messages.last()
    assert (last.author, last.parts) == ("system", [{"type": "rating"}])
    touchpoint = Touchpoint.objects.get(kind="chat.closed")
    assert (touchpoint.customer, touchpoint.actor) == (alice, aki)
    assert touchpoint.data["outcome"] == "solved"
    assert Handoff.objects.get().ended_at
    with pytest.raises(conversations.Closed):
        handoff.close(of(chat), outcome="left")
    assert chat.messages.count() == 2


def test_system_messages_are_in_the_conversations_language(aki):
    chat = waits(language="en")
    handoff.accept(chat, agent=aki)
    assert chat.messages.last().text == "Aki has joined the chat."


@pytest.mark.django_db(transaction=True)
def test_of_two_agents_who_take_the_same_chat_exactly_one_gets_it(aki, eri):
    for _ in range(5):
        chat = waits()
        raised = together(
            lambda chat=chat: handoff.accept(of(chat), agent=aki),
            lambda chat=chat: handoff.accept(of(chat), agent=eri),
        )
        assert [type(error) for error in raised] == [WrongMove]
        assert of(chat).owner == "agent"
        assert chat.messages.filter(source="joined").count() == 1


def test_a_customers_end_holds_also_when_it_meets_a_handover(alice, monkeypatch):
    chat = a_conversation(alice)
    seat = Seat(None)
    seat.member, seat.conversation = Member("", alice), chat
    close = handoff.close

    def just_after(row, **how):
        if row.owner == "bot":
            handoff.request(of(chat), reason="asked")
        close(row, **how)

    monkeypatch.setattr(handoff, "close", just_after)
    assert seat.take(Frame("end")).frames == []
    assert of(chat).owner == "closed"
    assert not Handoff.objects.filter(ended_at=None).exists()
