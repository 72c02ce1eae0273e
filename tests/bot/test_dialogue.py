"""The turn: one answer a message, in its language, and nothing done twice or by halves."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from bot import conversations, dialogue, handoff, tasks
from bot.models import ChatMessage
from orders.models import Cancellation
from portal.customers.models import Touchpoint
from tests.bot.cast import a_conversation, an_order, of, presses, says

pytestmark = pytest.mark.django_db


def parts_of(message: ChatMessage) -> list[str]:
    return [part["type"] for part in message.parts]


def test_a_stranger_who_asks_for_an_order_is_asked_to_prove_the_address():
    answer = says(a_conversation(), "注文はどこですか")
    assert "prove_email" in parts_of(answer)
    assert answer.text and (answer.intent, answer.source) == ("order_status", "rule")


def test_a_customer_hears_where_the_order_is(alice):
    an_order(alice, "H-1001", status="shipped")
    answer = says(a_conversation(alice), "注文はどこですか")
    assert "H-1001" in answer.text
    (card,) = answer.parts[0]["cards"]
    assert card["url"] == "/ja/orders/H-1001/"


def test_bob_does_not_hear_of_alices_order(alice, bob):
    an_order(alice, "H-1001")
    answer = says(a_conversation(bob, language="en"), "Where is my order H-1001?")
    assert "could not find" in answer.text
    assert "cards" not in parts_of(answer)


def test_each_message_is_answered_in_its_own_language(alice):
    chat = a_conversation(alice, language="ja")
    assert "You're welcome" in says(chat, "thank you very much").text
    assert "何より" in says(chat, "ありがとうございます").text


def test_once_the_address_is_proven_the_question_is_taken_up_again(alice):
    an_order(alice, "H-1001", status="shipped")
    chat = a_conversation(visitor="browser-a")
    says(chat, "H-1001はどこですか")
    conversations.adopt(conversations.Member("browser-a", alice))
    dialogue.go_on(of(chat))
    answer = chat.messages.last()
    assert (answer.author, answer.answers) == ("bot", None)
    assert "H-1001" in answer.text


def test_cancelling_asks_first_and_then_does_it_once(alice):
    order = an_order(alice, "H-1001")
    chat = a_conversation(alice)
    asked = says(chat, "注文H-1001をキャンセルしたい")
    assert "H-1001" in asked.text and "1,980円" in asked.text
    assert not Cancellation.objects.exists()
    done = presses(chat, "/affirm")
    assert "H-1001" in done.text
    cancellation = Cancellation.objects.get()
    assert (cancellation.order, cancellation.requested_by) == (order, alice)
    touchpoint = Touchpoint.objects.get(kind="order.cancel_requested")
    assert (touchpoint.channel, touchpoint.customer) == ("chat", alice)
    assert (of(chat).active_form, of(chat).slots.get("confirm")) == ("", None)


def test_a_no_leaves_the_order_as_it_is(alice):
    an_order(alice, "H-1001")
    chat = a_conversation(alice, language="en")
    says(chat, "cancel my order H-1001")
    assert "stays" in presses(chat, "/deny").text
    assert not Cancellation.objects.exists()


def test_which_order_is_asked_with_those_that_can_be_cancelled(alice):
    for number, status in (("H-1", "received"), ("H-2", "preparing"), ("H-3", "delivered")):
        an_order(alice, number, status=status)
    chat = a_conversation(alice)
    asked = says(chat, "注文をキャンセルしたい")
    payloads = list(asked.offers())
    assert sorted(payloads) == [
        '/cancel_order{"order_number": "H-1"}',
        '/cancel_order{"order_number": "H-2"}',
    ]
    assert "H-2" in presses(chat, payloads[payloads.index(sorted(payloads)[1])]).text


def test_an_order_that_is_on_its_way_cannot_be_cancelled_and_the_reason_is_said(alice):
    an_order(alice, "H-1001", status="shipped")
    chat = a_conversation(alice, language="en")
    answer = says(chat, "cancel order H-1001 please")
    assert "on its way" in answer.text
    assert of(chat).active_form == ""


def test_bob_cannot_cancel_alices_order(alice, bob):
    an_order(alice, "H-1001")
    chat = a_conversation(bob, language="en")
    says(chat, "cancel my order H-1001")
    assert of(chat).slots.get("order_number") is None
    assert not Cancellation.objects.exists()


def test_a_wish_for_a_person_wins_also_inside_a_form(alice):
    an_order(alice, "H-1001")
    chat = a_conversation(alice)
    says(chat, "注文H-1001をキャンセルしたい")
    says(chat, "担当者と話したい")
    assert (of(chat).owner, of(chat).active_form) == ("queue", "")


def test_the_second_miss_leads_to_a_person():
    chat = a_conversation(language="en")
    first = says(chat, "???")
    assert "/deny" in first.offers() and len(first.offers()) == 4
    presses(chat, "/deny")
    assert of(chat).owner == "queue"


def test_what_is_no_matter_of_ours_is_said_kindly_and_the_second_time_a_person_comes():
    chat = a_conversation(language="en")
    first = says(chat, "tell me a joke about elephants")
    assert "can't be of help there" in first.text
    assert "/talk_to_person" in first.offers()
    says(chat, "qwxz vbnk")
    assert of(chat).owner == "queue"


def test_only_what_the_last_bot_message_offers_may_be_pressed():
    chat = a_conversation()
    says(chat, "注文はどこですか")
    with pytest.raises(dialogue.NotOffered):
        dialogue.press(chat, client_id=uuid.uuid4(), payload="/talk_to_person")
    assert chat.messages.filter(author="customer").count() == 1


def test_a_press_is_stored_under_the_buttons_title():
    chat = a_conversation()
    says(chat, "注文はどこですか")
    presses(chat, "/order_status")
    said = chat.messages.filter(author="customer").last()
    assert (said.text, said.payload) == ("確認できました", "/order_status")


def test_a_typed_payload_is_only_text(alice):
    an_order(alice, "H-1001")
    chat = a_conversation(alice)
    says(chat, "注文H-1001をキャンセルしたい")
    says(chat, '/affirm{"confirm": true}')
    assert chat.messages.filter(payload="").exists()
    assert of(chat).slots.get("email_proven") is True


def test_an_action_that_fails_is_regretted_and_leaves_nothing(alice, monkeypatch, caplog):
    from orders import services

    def broken(*args, **kwargs):
        Touchpoint.objects.create(customer=alice, kind="x", channel="chat", direction="in")
        raise RuntimeError("secret words of the customer")

    an_order(alice, "H-1001")
    chat = a_conversation(alice)
    monkeypatch.setattr(services, "latest", broken)
    answer = says(chat, "注文はどこですか")
    assert (answer.source, list(answer.offers())) == ("failed", ["/talk_to_person"])
    assert not Touchpoint.objects.filter(kind="x").exists()
    assert "secret words" not in caplog.text and "注文はどこ" not in caplog.text


def test_the_sweep_answers_what_was_heard_and_not_answered():
    chat = a_conversation()
    message = dialogue.take(chat, client_id=uuid.uuid4(), text="ありがとう").message
    assert tasks.answer_unanswered() == 0
    ChatMessage.objects.update(at=timezone.now() - timedelta(seconds=30))
    assert tasks.answer_unanswered() == 1
    assert chat.messages.get(answers=message).author == "bot"
    assert tasks.answer_unanswered() == 0


def test_the_sweep_leaves_alone_what_a_person_is_to_answer(aki):
    chat = a_conversation()
    dialogue.take(chat, client_id=uuid.uuid4(), text="ありがとう")
    handoff.request(of(chat), reason="asked")
    dialogue.take(chat, client_id=uuid.uuid4(), text="もしもし")
    handoff.leave(of(chat))
    ChatMessage.objects.update(at=timezone.now() - timedelta(minutes=5))
    assert tasks.answer_unanswered() == 0
    assert not chat.messages.filter(author="bot").exists()
