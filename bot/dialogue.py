"""The turn: take what was said, understand it, answer it (DESIGN §6).

Hop 1 `take`, `press`: the message is stored; the push after commit is its acknowledgement.
Hop 2 `understand`: off the database lane and off the event loop.
Hop 3 `answer`: one transaction that holds only while the bot owns the conversation: effects, slots
and answer are there together or not at all.
"""

import asyncio
import logging
import uuid
from datetime import timedelta
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from bot import conversations, handoff
from bot.conversations import Appended
from bot.engine import actions, lanes, turn
from bot.engine.responses import Utterance
from bot.engine.turn import Heard, Known, Turn
from bot.models import Author, ChatMessage, Conversation
from bot.understanding import meaning, romaji
from cms.answers import find_answers
from portal import logs
from portal.flow import WrongMove

log = logging.getLogger(__name__)

# Two turns of one conversation at once: the later one sees what the first one left, and goes on.
_TRIES = 3
# A message is left to the process that heard it for so long, and for so long it is answered late.
_GRACE = timedelta(seconds=10)
_TOO_LATE = timedelta(hours=24)


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
    """Store a pressed button under its title; a repeated id brings what was stored.

    Raises NotOffered, conversations.Closed.
    """
    stored = conversations.stored(conversation, client_id)
    if stored:
        return stored
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


def warm() -> None:
    """Load what the first message would wait for: the classifier and the actions."""
    meaning.classifier()
    actions.exists(turn.SESSION_START)


def understand(message: ChatMessage) -> Heard:
    """Say what a message means and which FAQ pages may answer it. No work for an event loop."""
    spoken: Any = message.conversation.language
    if message.payload:
        return Heard(meaning.pressed(message.payload, spoken))
    heard = meaning.understand(message.text, spoken)
    asked = romaji.kana(message.text) or message.text
    return Heard(heard, tuple(find_answers(asked, heard.language)))


@transaction.atomic
def answer(message: ChatMessage, heard: Heard) -> ChatMessage:
    """Answer a message in one transaction, if the bot still owns the conversation.

    Raises WrongMove if somebody else was first: then nothing the turn did has happened, not even
    what its actions wrote.
    """
    conversation = Conversation.objects.get(pk=message.conversation_id)
    if message.heard_in != conversation.epoch:
        raise WrongMove(f"{conversation} has changed hands")
    return _speak(conversation, heard, answers=message)


def go_on(conversation: Conversation) -> None:
    """Take up again what waited for the customer to prove their address, if anything did."""
    last = handoff.last_offer(conversation)
    waits = last and any(part["type"] == "prove_email" for part in last.parts)
    offered = list(last.offers()) if last and waits else []
    if not offered or conversation.owner != Conversation.BOT:
        return
    heard = Heard(meaning.pressed(offered[0], conversation.language))  # type: ignore[arg-type]
    try:
        with transaction.atomic():
            _speak(Conversation.objects.get(pk=conversation.pk), heard, answers=None)
    except WrongMove:
        log.info("turn.overtaken", extra={"conversation": conversation.pk})


def _speak(conversation: Conversation, heard: Heard, *, answers: ChatMessage | None) -> ChatMessage:
    known = _known(conversation)
    reply = Turn(known, heard).take()
    said = _say(conversation, reply.utterance, heard, answers=answers)
    _remember(conversation, known)
    if reply.hand_over:
        handoff.request(conversation, reason=reply.hand_over)
    return said


def _known(conversation: Conversation) -> Known:
    last = handoff.last_offer(conversation)
    # Never false: a form would take it for an answer.
    proven = True if conversation.customer_id else None
    return Known(
        sender=str(conversation.public_id),
        language=conversation.language,
        slots={**conversation.slots, "email_proven": proven},
        form=conversation.active_form or None,
        misses=conversation.misses,
        offered=tuple(last.offers()) if last else (),
    )


def _say(
    conversation: Conversation,
    utterance: Utterance,
    heard: Heard | None,
    *,
    answers: ChatMessage | None,
) -> ChatMessage:
    """Append the bot's message, unless owner, epoch or turn are no longer as they were read."""
    appended = conversations.append(
        conversation,
        author=Author.BOT,
        text=utterance.text,
        parts=utterance.parts,
        source=utterance.source,
        answers=answers,
        intent=heard.meaning.intent if heard else "",
        confidence=heard.meaning.confidence if heard else None,
        owners=(Conversation.BOT,),
        where={"epoch": conversation.epoch, "turns": conversation.turns},
        turn=True,
    )
    return appended.message


def _remember(conversation: Conversation, known: Known) -> None:
    values = {
        "slots": {name: value for name, value in known.slots.items() if value is not None},
        "active_form": known.form or "",
        "misses": known.misses,
        "language": known.language,
    }
    Conversation.objects.filter(pk=conversation.pk).update(**values)
    for name, value in values.items():
        setattr(conversation, name, value)


def respond(message: ChatMessage, heard: Heard | None) -> None:
    """Answer, again if another turn came between, with regret if it fails; never raises.

    ``heard`` None means that understanding failed.
    """
    try:
        if heard is None or not _answered(message, heard):
            _regret(message)
    except WrongMove:
        log.info("turn.overtaken", extra={"message_id": message.pk})
    except Exception as error:
        # The database itself is out of reach: the sweep answers when it is back.
        logs.failure(log, "turn.failed", error, message_id=message.pk)


def _answered(message: ChatMessage, heard: Heard) -> bool:
    for _try in range(_TRIES):
        try:
            answer(message, heard)
            return True
        except WrongMove:
            if not _is_unanswered(message):
                return True
        except Exception as error:
            logs.failure(log, "turn.failed", error, message_id=message.pk)
            return False
    return False


def _is_unanswered(message: ChatMessage) -> bool:
    return unanswered().filter(pk=message.pk).exists()


@transaction.atomic
def _regret(message: ChatMessage) -> None:
    conversation = Conversation.objects.get(pk=message.conversation_id)
    with translation.override(conversation.language):
        person = {"title": _("Talk to a person"), "payload": "/talk_to_person"}
        words = Utterance(
            _("Sorry, I cannot look that up just now. Please try again, or ask a person."),
            [{"type": "buttons", "buttons": [person]}],
            "failed",
        )
    if message.heard_in == conversation.epoch:
        _say(conversation, words, None, answers=message)


def turn_now(message: ChatMessage) -> None:
    """Let the bot answer before returning (without a socket, and in the sweep)."""
    respond(message, _heard(message))


def _heard(message: ChatMessage) -> Heard | None:
    try:
        return understand(message)
    except Exception as error:
        logs.failure(log, "turn.failed", error, message_id=message.pk)
        return None


# asyncio keeps only weak references to tasks: without this one could vanish half-way.
_underway: set[asyncio.Task[None]] = set()
# One turn after the other in each conversation of this process, in the order of what was said.
_locks: WeakValueDictionary[tuple[int, int], asyncio.Lock] = WeakValueDictionary()


def start_turn(message: ChatMessage) -> None:
    """Let the bot answer, without holding up the socket that heard it."""
    task = asyncio.create_task(_turn(message))
    _underway.add(task)
    task.add_done_callback(_underway.discard)


async def _turn(message: ChatMessage) -> None:
    key = (id(asyncio.get_running_loop()), message.conversation_id)
    lock = _locks.setdefault(key, asyncio.Lock())
    async with lock:
        heard = await lanes.run(lanes.UNDERSTANDING, partial(_heard, message))
        await lanes.run(lanes.ANSWERING, partial(respond, message, heard))


def unanswered() -> Any:
    """Return what the bot heard, still owns, and has not answered."""
    rows = ChatMessage.objects.filter(answer=None, heard_in=F("conversation__epoch"))
    return rows.filter(conversation__owner=Conversation.BOT)


def answer_unanswered() -> int:
    """Answer what a crash left unanswered; return how many."""
    now = timezone.now()
    left = unanswered().filter(at__lt=now - _GRACE, at__gt=now - _TOO_LATE)
    rows = list(left.select_related("conversation").order_by("conversation", "seq")[:100])
    for message in rows:
        turn_now(message)
    return len(rows)
