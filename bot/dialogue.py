"""The turn: take what was said, understand it, answer it (DESIGN §6).

Hop 1 `take`: the message is stored; the push after commit is its acknowledgement.
Hop 2 `understand`: off the database lane and off the event loop.
Hop 3 `answer`: one transaction that holds only while the bot owns the conversation.
"""

import asyncio
import logging
import uuid

from django.db import transaction

from bot import conversations, handoff
from bot.conversations import Appended
from bot.engine import lanes, turn
from bot.engine.responses import Utterance
from bot.models import Author, ChatMessage, Conversation
from bot.understanding.language import detect

log = logging.getLogger(__name__)


class NotOffered(Exception):
    """The last message of the bot does not offer what was pressed."""


def take(conversation: Conversation, *, client_id: uuid.UUID | None, text: str) -> Appended:
    """Store what the customer says; a repeated id brings what was stored.

    Raises conversations.Closed if the conversation has ended.
    """
    return conversations.append(
        conversation, author=Author.CUSTOMER, text=text, client_id=client_id
    )


@transaction.atomic
def press(conversation: Conversation, *, client_id: uuid.UUID | None, payload: str) -> Appended:
    """Store a pressed button under its title. Raises NotOffered, conversations.Closed."""
    stored = conversation.messages.filter(client_id=client_id).first()
    if stored:
        return Appended(stored, False)
    last = handoff.last_offer(conversation)
    title = last.offers().get(payload) if last else None
    if title is None:
        raise NotOffered
    return conversations.append(
        conversation, author=Author.CUSTOMER, text=title, client_id=client_id, payload=payload
    )


def greeting(language: str) -> Utterance:
    """Return how the bot greets in a new conversation."""
    return turn.greeting(language)


def understand(message: ChatMessage) -> str:
    """Say what a message means."""
    text = message.payload or message.text
    if "person" in text or "担当" in text:
        return "person"
    return "order" if "order" in text or "注文" in text else "other"


@transaction.atomic
def answer(message: ChatMessage, meaning: str) -> None:
    """Answer a message."""
    conversation = Conversation.objects.get(pk=message.conversation_id)
    language = detect(message.text, conversation.language)
    text, parts = f"({language}) {meaning}", []
    if meaning == "order":
        parts = [{"type": "prove_email"}]
    conversations.append(
        conversation,
        author=Author.BOT,
        text=text,
        parts=parts,
        answers=message,
        owners=(Conversation.BOT,),
        where={"epoch": message.heard_in},
        turn=True,
    )
    if meaning == "person":
        handoff.request(conversation, reason="asked")


def go_on(conversation: Conversation) -> None:
    """Go on with what waited for the customer to prove their address."""


_underway: set[asyncio.Task[None]] = set()


def start_turn(message: ChatMessage) -> None:
    """Let the bot answer, without holding up the socket that heard it."""
    task = asyncio.create_task(_turn(message))
    _underway.add(task)
    task.add_done_callback(_underway.discard)


async def _turn(message: ChatMessage) -> None:
    meaning = await lanes.run(lanes.UNDERSTANDING, lambda: understand(message))
    await lanes.run(lanes.ANSWERING, lambda: answer(message, meaning))
