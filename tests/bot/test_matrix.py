"""A conversation and everybody who might ask for it: only its owner gets it, others a new one."""

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.test import Client

from bot import conversations
from bot.models import Conversation
from portal.customers import visitors
from tests.bot.cast import a_conversation

SAID = "とても個人的な話"


def the_conversation(owner) -> Conversation:
    chat = a_conversation(owner, visitor="browser-of-alice")
    conversations.append(chat, author="customer", text=SAID)
    return chat


PEOPLE = {
    "owner": True,
    "owner_by_token": True,
    "another_customer": False,
    "another_by_token": False,
    "agent": False,
    "editor": False,
    "visitor": False,
    "same_browser_unproven": False,
}


@pytest.fixture
def whoever(alice, bob, aki, eri):
    """Return the session's person and the visitor token of each kind of person."""

    def proven(customer):
        return visitors.proven(visitors.new(), customer_id=customer.pk).token

    return {
        "owner": (alice, None),
        "owner_by_token": (None, proven(alice)),
        "another_customer": (bob, None),
        "another_by_token": (None, proven(bob)),
        "agent": (aki, None),
        "editor": (eri, None),
        "visitor": (None, None),
        "same_browser_unproven": (None, visitors.Visitor("browser-of-alice").token),
    }


@pytest.mark.parametrize(("who", "may"), PEOPLE.items())
async def test_hello_with_a_conversation_on_the_socket(chat, whoever, alice, who, may):
    person, token = whoever[who]
    hers = await sync_to_async(the_conversation)(alice)
    socket = await chat(person=person)
    welcome = await socket.hello(conversation=str(hers.public_id), visitor=token)
    assert (welcome["conversation"] == str(hers.public_id)) is may
    assert (SAID in str(welcome)) is may
    await socket.say("ありがとう")
    await socket.heard(author="bot")
    await sync_to_async(hers.refresh_from_db)()
    assert (hers.next_seq > 2) is may


@pytest.mark.django_db
@pytest.mark.parametrize(("who", "may"), PEOPLE.items())
def test_hello_with_a_conversation_without_a_socket(whoever, alice, who, may):
    person, token = whoever[who]
    hers, client = the_conversation(alice), Client()
    if person:
        client.force_login(person, settings.AUTHENTICATION_BACKENDS[0])
    hello = {
        "type": "hello",
        "conversation": str(hers.public_id),
        "after": 0,
        "language": "ja",
        "visitor": token,
        "page": None,
    }
    headers = {"Origin": settings.CHAT_ORIGINS[0]}
    frames = client.post(
        "/chat/frames/", {"frames": [hello]}, "application/json", headers=headers
    ).json()["frames"]
    assert (frames[0]["type"] == "error") is not may
    assert (SAID in str(frames)) is may
