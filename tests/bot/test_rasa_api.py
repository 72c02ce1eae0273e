"""Rasa's HTTP API: its clients work unchanged, behind a token."""

import pytest

from bot.models import Conversation, Handoff
from tests.bot.cast import an_order

pytestmark = pytest.mark.django_db
TOKEN = "a-token-of-twenty-four-or-more"
REST = "/webhooks/rest/webhook"


@pytest.fixture
def ask(client, settings):
    """Post JSON as a Rasa client does."""
    settings.BOT_HTTP_TOKEN = TOKEN

    def post(path: str, body: dict, token: str = TOKEN):
        return client.post(f"{path}?token={token}", body, "application/json")

    return post


@pytest.mark.parametrize("path", [REST, "/model/parse"])
def test_it_is_off_unless_a_token_is_set(client, path):
    assert client.post(path, {}, "application/json", follow=True).status_code == 404


@pytest.mark.parametrize("path", [REST, "/model/parse"])
@pytest.mark.parametrize("token", ["", "wrong"])
def test_without_the_token_nothing_is_answered(ask, path, token):
    assert ask(path, {"sender": "x", "message": "hi", "text": "hi"}, token).status_code == 401
    assert not Conversation.objects.exists()


def test_the_token_may_come_as_bearer(client, settings):
    settings.BOT_HTTP_TOKEN = TOKEN
    answer = client.post(
        "/model/parse",
        {"text": "where is my order"},
        "application/json",
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    assert answer.json()["intent"]["name"] == "order_status"


@pytest.mark.parametrize("given", [TOKEN, f"Token {TOKEN}", "Bearer ", "Bearer wrong"])
def test_a_header_that_is_no_bearer_with_the_token_opens_nothing(client, settings, given):
    settings.BOT_HTTP_TOKEN = TOKEN
    headers = {"Authorization": given}
    answer = client.post("/model/parse", {"text": "hi"}, "application/json", headers=headers)
    assert answer.status_code == 401


def test_parse_says_what_a_text_means_as_rasa_writes_it(ask):
    answer = ask("/model/parse", {"text": "where is my order H-1001"}).json()
    assert set(answer) == {"text", "intent", "entities", "intent_ranking"}
    (entity,) = answer["entities"]
    assert entity == {"entity": "order_number", "value": "H-1001", "start": 18, "end": 24}
    assert answer["intent_ranking"][0] == answer["intent"]


def test_a_sender_is_answered_and_is_the_same_the_next_time(ask):
    (said,) = ask(REST, {"sender": "line-77", "message": "thank you"}).json()
    assert said["recipient_id"] == "line-77" and said["text"]
    ask(REST, {"sender": "line-77", "message": "hello"})
    assert Conversation.objects.get().visitor == "rasa:line-77"


def test_a_button_comes_back_as_its_payload(ask):
    (asked,) = ask(REST, {"sender": "x", "message": "qwxz vbnk"}).json()
    payload = asked["buttons"][0]["payload"]
    ask(REST, {"sender": "x", "message": payload})
    assert Conversation.objects.get().messages.filter(payload=payload).exists()


def test_nobody_waits_in_a_queue_no_agent_can_answer(ask, settings):
    (said,) = ask(REST, {"sender": "x", "message": "I want to talk to a person"}).json()
    assert f"{settings.BASE_URL}/en/cases/new/" in said["text"]
    assert Conversation.objects.get().owner == "bot"
    assert not Handoff.objects.exists()


def test_a_sender_named_like_a_customer_is_a_stranger(ask, alice):
    an_order(alice, "H-1001")
    (said,) = ask(REST, {"sender": alice.email, "message": "where is order H-1001?"}).json()
    assert "H-1001" not in said["text"]


@pytest.mark.parametrize(
    "body", [{"message": 7}, {"sender": 7, "message": "x"}, {"message": " "}, {"message": "\x00"}]
)
def test_what_is_no_message_is_400(ask, body):
    assert ask(REST, body).status_code == 400
    assert not Conversation.objects.exists()
