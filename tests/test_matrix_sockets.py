"""Who may say what at a socket: every frame that names a conversation, for everybody.

Somebody else's conversation behaves like one that does not exist, and nothing is written into it.
"""

import json
import re
import uuid
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client

from bot import conversations, frames, handoff
from bot.consumers import KNOWN as AT_THE_CHAT
from bot.models import AgentNote, ChatMessage, Conversation, Handoff
from portal import live
from portal.asgi import application
from portal.customers import visitors
from portal.desk.consumers import KNOWN as AT_THE_DESK
from tests.bot.cast import a_conversation
from tests.bot.chatter import Chatter, Desk, chat, desk, session_of, sockets
from tests.harness.sockets import Communicator

__all__ = ["chat", "desk", "sockets"]
pytestmark = pytest.mark.django_db(transaction=True)

OWNER, OTHER, LINK, VISITOR = "owner", "another customer", "holder of a mail link", "visitor"
AGENT, EDITOR, ANONYMOUS = "agent", "editor", "anonymous"
EVERYBODY = (ANONYMOUS, VISITOR, LINK, OTHER, EDITOR, AGENT, OWNER)
STRANGERS = (ANONYMOUS, VISITOR, LINK, OTHER, EDITOR, AGENT)
NOT_AGENTS = (ANONYMOUS, VISITOR, LINK, OTHER, EDITOR, OWNER)
NOBODYS = uuid.UUID("6f1b1d2e-0000-4000-8000-000000000000")
WORDS = "the words of alice"

# Every frame that names a conversation. At the chat only hello does; all others are about the
# one that hello led to.
NAMING = {
    "hello": {"open": [{"conversation": "", "after": 0}]},
    "take": {},
    "release": {},
    "say": {"text": "hello"},
    "note": {"text": "a note"},
    "close": {"outcome": "solved"},
    "ask_email": {},
    "typing": {},
    "seen": {"seq": 1},
}
# Within which time (seconds) a socket that hears nothing is taken to be told nothing.
SILENCE = 0.3


def test_every_frame_that_names_a_conversation_is_tried_here():
    fields = {kind: {name.rstrip("!") for name in names} for kind, names in AT_THE_DESK.items()}
    naming = {kind for kind, names in fields.items() if names & {"conversation", "open"}}
    assert naming == set(NAMING)
    assert {kind for kind, names in AT_THE_CHAT.items() if "conversation" in names} == {"hello"}


def test_every_socket_is_tried_here():
    guarded = application.application_mapping["websocket"]
    found = guarded.__closure__[0].cell_contents
    while not hasattr(found, "routes"):
        found = found.inner
    assert {str(route.pattern) for route in found.routes} == {"ws/chat/", "ws/desk/", "ws/live/"}


@pytest.fixture
def world(alice, bob, aki, eri, visitor) -> SimpleNamespace:
    """Alice's chat, in which an agent's colleague of aki's answers, and everybody's way in."""
    row = a_conversation(alice, visitor="alices-browser", language="en")
    conversations.append(row, author="customer", text=WORDS)
    handoff.request(row, reason="asked")
    people = {OWNER: alice, OTHER: bob, AGENT: aki, EDITOR: eri}
    return SimpleNamespace(
        chat=Conversation.objects.get(pk=row.pk),
        cookies={name: session_of(person) for name, person in people.items()},
        # The visitor holds the very token of alice's browser, which proves nobody any more.
        tokens={VISITOR: visitors.Visitor("alices-browser").token, LINK: visitor.token},
    )


def _kept() -> Any:
    """Return everything that a frame could have written about alice's chat."""
    chat = Conversation.objects.filter(customer__email="alice@example.com")
    return (
        list(chat.values()),
        list(ChatMessage.objects.filter(conversation__in=chat).values_list("pk", "text")),
        list(Handoff.objects.filter(conversation__in=chat).values()),
        AgentNote.objects.count(),
    )


def _alike(frame: dict[str, Any]) -> str:
    """Return a frame without what is anew for every browser."""
    text = json.dumps({**frame, "visitor": ""}, sort_keys=True, ensure_ascii=False)
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\dT[^\"]+", "~", text)


async def _opening(socket: Chatter, conversation: uuid.UUID, token: str | None) -> list[str]:
    """Say hello to a conversation and return what comes back, up to the welcome."""
    hello = {"conversation": str(conversation), "after": 0, "language": "en", "visitor": token}
    await socket.send_json_to({"type": "hello", "page": None, **hello})
    heard = [await socket.receive_json_from()]
    while heard[-1]["type"] != "welcome":
        heard.append(await socket.receive_json_from())
    socket.conversation = heard[-1]["conversation"]
    return [_alike(frame) for frame in heard]


@pytest.mark.parametrize("person", STRANGERS)
async def test_alices_chat_is_to_a_stranger_as_if_there_were_none(person, world, sockets):
    before = await sync_to_async(_kept)()
    heard = []
    for conversation in (world.chat.public_id, NOBODYS):
        socket = await sockets(Chatter, cookie=world.cookies.get(person, ""))
        heard.append(await _opening(socket, conversation, world.tokens.get(person)))
        assert socket.conversation != str(world.chat.public_id)
    assert heard[0] == heard[1]
    assert '"not_yours"' in heard[0][0]
    assert WORDS not in str(heard)
    assert await sync_to_async(_kept)() == before


@pytest.mark.parametrize("person", STRANGERS)
async def test_what_a_stranger_says_then_goes_into_a_chat_of_their_own(person, world, sockets):
    before = await sync_to_async(_kept)()
    socket = await sockets(Chatter, cookie=world.cookies.get(person, ""))
    await _opening(socket, world.chat.public_id, world.tokens.get(person))
    for frame in ({"type": "typing"}, {"type": "seen", "seq": 1}, {"type": "leave_queue"}):
        await socket.send_json_to(frame)
    said = await socket.say("Talk to a person")
    assert (await socket.heard(id=said))["text"] == "Talk to a person"
    await socket.heard(author="bot")
    await socket.send_json_to({"type": "end"})
    await socket.until("state", owner="closed")
    assert await sync_to_async(_kept)() == before


async def test_alice_finds_her_chat_again(world, sockets):
    socket = await sockets(Chatter, cookie=world.cookies[OWNER])
    heard = await _opening(socket, world.chat.public_id, None)
    assert socket.conversation == str(world.chat.public_id)
    assert WORDS in str(heard)


async def test_a_proof_that_is_over_opens_nothing(world, sockets, alice):
    stale = visitors.Visitor("elsewhere", alice.pk, proven_at=0).token
    forged = stale[:-4] + "AAAA"
    for token in (stale, forged):
        socket = await sockets(Chatter)
        heard = await _opening(socket, world.chat.public_id, token)
        assert WORDS not in str(heard)
        assert socket.conversation != str(world.chat.public_id)


async def test_what_is_said_in_alices_chat_is_heard_by_its_members_only(world, sockets):
    everybody = {}
    for person in EVERYBODY:
        socket = await sockets(Chatter, cookie=world.cookies.get(person, ""))
        await _opening(socket, world.chat.public_id, world.tokens.get(person))
        everybody[person] = socket
    append = sync_to_async(conversations.append)
    await append(world.chat, author="agent", text="for alice alone")
    heard = await everybody[OWNER].heard(author="agent")
    assert heard["text"] == "for alice alone"
    for person in STRANGERS:
        assert await everybody[person].receive_nothing(SILENCE), person


@pytest.mark.parametrize("person", STRANGERS)
def test_without_sockets_it_is_the_same(person, world):
    client = Client()
    if person in world.cookies:
        client.cookies[settings.SESSION_COOKIE_NAME] = world.cookies[person]
    before, told = _kept(), []
    for conversation in (world.chat.public_id, NOBODYS):
        hello = {"type": "hello", "conversation": str(conversation), "after": 0, "language": "en"}
        said = [
            {**hello, "visitor": world.tokens.get(person), "page": None},
            {"type": "say", "id": str(uuid.uuid4()), "text": "Talk to a person"},
            {"type": "end"},
        ]
        answer = client.post(
            "/chat/frames/",
            {"frames": said},
            content_type="application/json",
            headers={"Origin": settings.CHAT_ORIGINS[0]},
        )
        assert answer.status_code == 200
        told.append([_alike(frame) for frame in answer.json()["frames"][:2]])
    assert told[0] == told[1]
    assert '"not_yours"' in told[0][0]
    assert WORDS not in str(told)
    assert _kept() == before


def _desk_frame(kind: str, conversation: uuid.UUID) -> dict[str, Any]:
    frame = {"type": kind, "conversation": str(conversation), **NAMING[kind]}
    if kind == "hello":
        frame["open"] = [{"conversation": str(conversation), "after": 0}]
    return frame | ({"id": str(uuid.uuid4())} if "id" in AT_THE_DESK[kind] else {})


@pytest.mark.parametrize("person", NOT_AGENTS)
async def test_the_desk_takes_no_frame_from_who_is_no_agent(person, world, sockets):
    before = await sync_to_async(_kept)()
    for kind in NAMING:
        told = []
        for conversation in (world.chat.public_id, NOBODYS):
            socket = await sockets(Desk, cookie=world.cookies.get(person, ""))
            await socket.send_json_to(_desk_frame(kind, conversation))
            told.append(await _until_closed(socket))
        assert told[0] == told[1] == [("error", "not_agent"), 4401], kind
    assert await sync_to_async(_kept)() == before


async def _until_closed(socket: Desk) -> list[Any]:
    """Return what a socket is told until it is closed: kinds and codes, and the close code."""
    told: list[Any] = []
    while True:
        event = await socket.receive_output()
        if event["type"] == "websocket.close":
            return [*told, event["code"]]
        frame = frames.json.loads(event["text"])
        told.append((frame["type"], frame.get("code")))


@pytest.mark.parametrize("kind", ["take", "release", "say", "close", "ask_email", "typing", "seen"])
async def test_an_agent_gets_the_same_for_anothers_chat_as_for_none(kind, world, desk, aki, eri):
    await sync_to_async(_make_agent)(eri)
    accept = sync_to_async(handoff.accept)
    await accept(world.chat, agent=aki)
    before = await sync_to_async(_kept)()
    other = await desk(eri)
    await other.until("queue")
    told = []
    for conversation in (world.chat.public_id, NOBODYS):
        await other.send_json_to(_desk_frame(kind, conversation))
        if kind in ("typing", "seen") and conversation != NOBODYS:
            assert await other.receive_nothing(SILENCE)
            continue
        told.append((await other.until("error"))["code"])
    # That a colleague has it is no secret at the desk: the page says who.
    assert told[-1] == "not_yours"
    assert set(told) <= {"not_yours", "taken"}
    assert await sync_to_async(_kept)() == before


def _make_agent(person: Any) -> None:
    person.groups.add(Group.objects.get_or_create(name="agents")[0])


async def test_an_agent_opens_any_chat_at_the_desk_and_none_that_is_not_there(world, desk, aki):
    agent = await desk(aki, open=[{"conversation": str(world.chat.public_id), "after": 0}])
    assert (await agent.heard())["text"] == WORDS
    await agent.send_json_to(_desk_frame("hello", NOBODYS))
    assert (await agent.until("error"))["code"] == "not_yours"


@pytest.mark.parametrize("person", EVERYBODY)
async def test_the_live_socket_tells_alice_alone_what_changed(person, world, alice):
    cookie = world.cookies.get(person, "")
    headers = [(b"origin", settings.CHAT_ORIGINS[0].encode())]
    headers += [(b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode())] if cookie else []
    socket = Communicator(application, "/ws/live/", headers=headers)
    assert (await socket.connect())[0]
    if not cookie:
        assert (await socket.receive_output())["code"] == 4401
    # Whatever group a page asks for, it is not listened to.
    await socket.send_json_to({"type": "join", "group": live.customer_group(alice.pk)})
    live.push(live.customer_group(alice.pk), ["history"])
    if person == OWNER:
        assert (await socket.receive_json_from())["what"] == ["history"]
    else:
        assert await socket.receive_nothing(SILENCE)
    await socket.disconnect()
