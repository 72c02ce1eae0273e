"""What an agent does with chats: millisecond database work behind the desk socket."""

import uuid
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from bot import by_mail, conversations, frames, handoff
from bot.engine.seat import signed_in
from bot.frames import Frame, Refused
from bot.models import AgentNote, Author, Conversation
from portal import live
from portal.customers import doors
from portal.customers.models import Customer
from portal.flow import WrongMove


def agent_of(session: Any) -> Customer | None:
    """Return the agent signed in with a session at this moment, read anew; None for others."""
    person = signed_in(session.session_key) if session else None
    if person and doors.is_agent(person) and doors.second_factor_shown(session, person):
        return person
    return None


def _find(public_id: uuid.UUID | None) -> Conversation:
    assert public_id is not None
    row = Conversation.objects.filter(public_id=public_id).first()
    if row is None:
        raise Refused("not_yours")
    return row


@transaction.atomic
def take(agent: Customer, frame: Frame) -> None:
    """Make the conversation the agent's and tell the desk. Raises Refused: taken, not_yours."""
    row = _find(frame.conversation)
    if handoff.is_with(row, agent):
        return
    try:
        handoff.accept(row, agent=agent)
    except (WrongMove, conversations.Closed):
        raise Refused("taken") from None
    event = {
        "type": "desk.taken",
        "conversation": str(row.public_id),
        "agent": agent.name,
        "by": agent.pk,
    }
    transaction.on_commit(lambda: live.send(live.DESK, event), robust=True)


def release(agent: Customer, frame: Frame) -> None:
    """Put the agent's conversation back into the queue. Raises Refused: not_yours."""
    try:
        handoff.release(_find(frame.conversation), agent=agent)
    except WrongMove:
        raise Refused("not_yours") from None


def say(agent: Customer, frame: Frame) -> dict[str, Any] | None:
    """Store what the agent says; a repeated id returns the stored message's frame.

    Raises Refused: not_yours, closed.
    """
    row = _find(frame.conversation)
    message, is_new = _append(agent, row, frame, text=frame.text)
    return None if is_new else {**frames.message(message), "conversation": str(row.public_id)}


def _append(
    agent: Customer, row: Conversation, frame: Frame, **said: Any
) -> conversations.Appended:
    try:
        return conversations.append(
            row,
            author=Author.AGENT,
            client_id=frame.id,
            agent=agent,
            owners=(Conversation.AGENT,),
            where={"agent_id": agent.pk},
            **said,
        )
    except conversations.Closed:
        raise Refused("closed", frame.id) from None
    except WrongMove:
        raise Refused("not_yours", frame.id) from None


def ask_email(agent: Customer, frame: Frame) -> None:
    """Ask the customer, in the chat, to prove an e-mail address; once for each id.

    Raises Refused: not_yours, closed.
    """
    row = _find(frame.conversation)
    with translation.override(row.language):
        text = gettext(
            "To look into your orders I have to know that it is you. Please enter your e-mail"
            " address below, then the code that we mail you."
        )
    _append(agent, row, frame, text=text, parts=[{"type": "prove_email"}])


@transaction.atomic
def note(agent: Customer, frame: Frame) -> None:
    """Store a note for other agents, once for each id. Raises Refused: not_yours."""
    row = _find(frame.conversation)
    assert frame.id is not None
    written, _ = AgentNote.objects.get_or_create(
        conversation=row, client_id=frame.id, defaults={"agent": agent, "text": frame.text}
    )
    event = {"type": "desk.note", "conversation": str(row.public_id), "note": written.pk}
    transaction.on_commit(lambda: live.send(live.DESK, event), robust=True)


def close(agent: Customer, frame: Frame) -> None:
    """End the agent's conversation; with a known customer it may go on as a case.

    Raises Refused: not_yours, closed, and not_offered for a case that would be nobody's.
    """
    row = _find(frame.conversation)
    if frame.outcome == "case" and row.customer is None:
        raise Refused("not_offered")
    try:
        if row.customer and frame.outcome == "case":
            by_mail.into_case(row, agent=agent)
        else:
            handoff.close(row, outcome=frame.outcome, agent=agent)
    except conversations.Closed:
        raise Refused("closed") from None
    except WrongMove:
        raise Refused("not_yours") from None


def may_whisper(agent: Customer, public_id: uuid.UUID | None) -> bool:
    """Tell whether the agent's typing and reading is shown to the customer."""
    return handoff.is_with(_find(public_id), agent)


def following(public_id: str, after: int) -> list[dict[str, Any]]:
    """Return the message frames of a conversation after a seq, a page at most."""
    rows = conversations.following(_find(uuid.UUID(public_id)), after)
    return [{**frames.message(row), "conversation": public_id} for row in rows]


def opening(public_id: uuid.UUID) -> int:
    """Return the seq after which the newest page of a conversation begins."""
    return max(0, _find(public_id).head - conversations.PAGE)


class Standing(NamedTuple):
    """How a conversation stands at a moment: its last seq, and its state frame for an agent."""

    head: int
    frame: dict[str, Any]


def standing(agent: Customer, public_id: str) -> Standing:
    """Return how a conversation stands. Raises Refused: not_yours."""
    found = standings(agent, [public_id])
    if not found:
        raise Refused("not_yours")
    return found[0]


def standings(agent: Customer, public_ids: Iterable[str]) -> list[Standing]:
    """Return how conversations stand: one query, and the places of those that wait."""
    rows = Conversation.objects.filter(public_id__in=public_ids).select_related("customer")
    return [Standing(row.head, _state(agent, row)) for row in rows]


def _state(agent: Customer, row: Conversation) -> dict[str, Any]:
    return {
        "type": "state",
        "conversation": str(row.public_id),
        **handoff.state(row),
        "mine": handoff.is_with(row, agent),
        # Somebody who has not proven an address has no name here, and cannot be given a case.
        "known": row.customer is not None,
        "name": row.customer.name if row.customer else "",
    }


def note_frame(note_id: int) -> dict[str, Any]:
    """Return the frame of a note."""
    row = AgentNote.objects.select_related("agent", "conversation").get(pk=note_id)
    return {
        "type": "note",
        "conversation": str(row.conversation.public_id),
        "id": str(row.client_id),
        "name": row.agent.name if row.agent else "",
        "text": row.text,
        "at": frames.written(row.at),
    }


def queue() -> dict[str, Any]:
    """Return the queue frame."""
    return {"type": "queue", "waiting": handoff.waiting()}
