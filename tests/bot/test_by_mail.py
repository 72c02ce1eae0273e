"""Out of the chat into a case with a number, for a proven address only."""

import uuid

import pytest

from bot import by_mail, conversations, handoff
from bot.conversations import Member
from bot.models import Handoff
from portal.cases.models import Case
from portal.customers.models import Touchpoint
from tests.bot.cast import a_conversation, an_order, of, says

pytestmark = pytest.mark.django_db


def test_a_customer_who_waits_gets_a_case_with_a_number(alice):
    order = an_order(alice, "H-1001", status="shipped")
    chat = a_conversation(alice)
    says(chat, "注文H-1001がまだ届かないのですが、どこにありますか")
    says(chat, "担当者と話したい")
    by_mail.ask(of(chat), client_id=uuid.uuid4())
    case = Case.objects.get()
    assert (case.customer, case.order, case.topic) == (alice, order, "order")
    assert case.opened_from == "chat" and "まだ届かない" in case.subject
    assert "担当者と話したい" in case.messages.get().body
    assert (of(chat).owner, of(chat).outcome) == ("closed", "case")
    last = chat.messages.last()
    assert case.number in last.text
    assert [part["type"] for part in last.parts] == ["link", "rating"]
    assert Handoff.objects.get().case == case
    assert Touchpoint.objects.get(kind="chat.closed").data["case"] == case.number


def test_a_visitor_proves_the_address_first_and_then_gets_the_case(alice):
    chat = a_conversation(visitor="browser-a")
    says(chat, "担当者と話したい")
    by_mail.ask(of(chat), client_id=uuid.uuid4())
    assert not Case.objects.exists()
    assert chat.messages.last().parts == [{"type": "prove_email"}]
    assert of(chat).owner == "queue"
    conversations.adopt(Member("browser-a", alice))
    assert by_mail.go_on(of(chat))
    assert Case.objects.get().customer == alice
    assert of(chat).owner == "closed"
    assert not by_mail.go_on(of(chat))


def test_the_same_wish_twice_is_one_case(alice):
    chat, same = a_conversation(alice), uuid.uuid4()
    says(chat, "担当者と話したい")
    by_mail.ask(of(chat), client_id=same)
    assert by_mail.ask(of(chat), client_id=same).is_new is False
    assert Case.objects.count() == 1


def test_while_an_agent_has_the_chat_the_agent_decides(alice, aki):
    chat = a_conversation(alice)
    says(chat, "担当者と話したい")
    handoff.accept(of(chat), agent=aki)
    by_mail.ask(of(chat), client_id=uuid.uuid4())
    assert not Case.objects.exists()
    case = by_mail.into_case(of(chat), agent=aki)
    assert Touchpoint.objects.get(kind="case.opened").actor == aki
    assert Handoff.objects.get().case == case


def test_the_bot_does_not_answer_the_wish_itself():
    chat = a_conversation()
    says(chat, "ありがとう")
    appended = by_mail.ask(of(chat), client_id=uuid.uuid4())
    assert appended.message.heard_in is None
