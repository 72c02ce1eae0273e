"""From the bot to a person and back: asking, waiting, taking, releasing, closing.

Who owns a conversation is a fact in its row; each change of owner counts up its epoch, so that
whatever was begun under an earlier owner is refused by the database.
"""

from datetime import timedelta
from functools import partial
from statistics import median
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from bot import conversations, frames
from bot.models import Author, ChatMessage, Conversation, Handoff
from portal import live
from portal.cases import promises
from portal.cases.models import Case
from portal.customers import timeline
from portal.customers.models import Customer
from portal.customers.timeline import Fact
from portal.flow import WrongMove

# The expected wait is the median of the newest real waits, as long as they still tell something.
_SAMPLE = 20
_SAMPLE_AGE = timedelta(days=14)
_NEXT_EPOCH = F("epoch") + 1


@transaction.atomic
def request(conversation: Conversation, *, reason: str) -> Handoff:
    """Put the conversation into the queue with a summary for the agent.

    Raises WrongMove if the bot does not own it (any more).
    """
    Conversation.FLOW.move(
        conversation,
        Conversation.QUEUE,
        where={"epoch": conversation.epoch},
        set={"epoch": _NEXT_EPOCH, "active_form": "", "misses": 0},
    )
    handoff = Handoff.objects.create(
        conversation=conversation, reason=reason, card=_summary(conversation)
    )
    _record("chat.handed_over", conversation, data={"reason": reason})
    _tell(conversation)
    return handoff


@transaction.atomic
def leave(conversation: Conversation) -> None:
    """Give a waiting conversation back to the bot. Raises WrongMove if it does not wait."""
    _move(conversation, Conversation.BOT)
    conversation.handoffs.filter(ended_at=None).update(ended_at=timezone.now())
    _tell(conversation)


@transaction.atomic
def accept(conversation: Conversation, *, agent: Customer) -> None:
    """Make ``agent`` the owner of a waiting conversation.

    Raises WrongMove if another agent was first or it does not wait any more.
    """
    _move(conversation, Conversation.AGENT, agent=agent)
    conversation.handoffs.filter(ended_at=None).update(accepted_at=timezone.now())
    with translation.override(conversation.language):
        text = _("%(name)s has joined the chat.") % {"name": agent.name or _("Customer service")}
    conversations.append(conversation, author=Author.SYSTEM, text=text, source="joined")
    _tell(conversation)


@transaction.atomic
def release(conversation: Conversation, *, agent: Customer) -> None:
    """Put the agent's conversation back into the queue, at its old place.

    Raises WrongMove if it is not this agent's.
    """
    _move(conversation, Conversation.QUEUE, where={"agent": agent}, agent=None)
    conversation.handoffs.filter(ended_at=None).update(accepted_at=None)
    _tell(conversation)


@transaction.atomic
def close(
    conversation: Conversation,
    *,
    outcome: str,
    agent: Customer | None = None,
    case: Case | None = None,
) -> None:
    """End the conversation, with the number of the ``case`` it goes on in, and ask for a rating.

    ``agent`` None means the customer ends it. Raises WrongMove if it is not this agent's,
    conversations.Closed if it has ended before.
    """
    if agent is not None and (conversation.owner, conversation.agent_id) != (
        Conversation.AGENT,
        agent.pk,
    ):
        raise WrongMove(f"{conversation} is not theirs to close")
    text, parts = _farewell(conversation, case)
    conversations.append(
        conversation,
        author=Author.SYSTEM,
        text=text,
        parts=parts,
        source="closed",
        where={"epoch": conversation.epoch},
    )
    now = timezone.now()
    _move(conversation, Conversation.CLOSED, ended_at=now, outcome=outcome, active_form="")
    conversation.handoffs.filter(ended_at=None).update(ended_at=now, case=case)
    data = {"outcome": outcome, **({"case": case.number} if case else {})}
    _record("chat.closed", conversation, data=data, actor=agent)
    _tell(conversation)


@transaction.atomic
def close_idle(*, at_most: int = 500) -> int:
    """End the bot's chats in which nothing was said for CHAT_IDLE_DAYS; return how many.

    One UPDATE for all. A chat in which something is said at this very moment stays open; no words
    are added to those that end.
    """
    since = timezone.now() - timedelta(days=settings.CHAT_IDLE_DAYS)
    idle = Conversation.objects.idle(since)
    locked = idle.select_for_update(skip_locked=True).order_by("pk").values_list("pk", flat=True)
    # What was said while the rows were being locked only a second look sees.
    rows = list(idle.filter(pk__in=list(locked[:at_most])).select_related("customer"))
    ended = {"epoch": _NEXT_EPOCH, "ended_at": timezone.now(), "outcome": "left", "active_form": ""}
    found = Conversation.objects.filter(pk__in=[row.pk for row in rows])
    count = Conversation.FLOW.move_all(found, Conversation.BOT, Conversation.CLOSED, set=ended)
    timeline.record_many(_fact("chat.closed", row, data={"outcome": "left"}) for row in rows)
    for row in rows:
        conversations.ring_state(row)
    return count


def _farewell(conversation: Conversation, case: Case | None) -> tuple[str, list[dict[str, Any]]]:
    rating = {"type": "rating"}
    with translation.override(conversation.language):
        if case is None:
            return _("This chat has ended. How did we do?"), [rating]
        words = {"number": case.number, "next": promises.next_step(case).sentence}
        text = _("Your inquiry has the number %(number)s. %(next)s") % words
        url = f"/{conversation.language}/cases/{case.number}/"
        link = {"type": "link", "title": _("Your inquiry %(number)s") % words, "url": url}
        return text, [link, rating]


def _move(
    conversation: Conversation, to: str, *, where: dict[str, Any] | None = None, **values: Any
) -> None:
    Conversation.FLOW.move(
        conversation,
        to,
        where={"epoch": conversation.epoch, **(where or {})},
        set={"epoch": _NEXT_EPOCH, **values},
    )


def _record(kind: str, conversation: Conversation, *, data: dict[str, Any], **facts: Any) -> None:
    timeline.record_many([_fact(kind, conversation, data=data, **facts)])


def _fact(kind: str, conversation: Conversation, *, data: dict[str, Any], **facts: Any) -> Fact:
    return Fact(
        kind,
        channel="chat",
        customer=conversation.customer,
        visitor=conversation.visitor,
        about=conversation,
        data={"conversation": str(conversation.public_id), **data},
        **facts,
    )


def _tell(conversation: Conversation) -> None:
    """Tell after commit the members, the desk, and those in the queue whose place changed."""
    conversations.ring_state(conversation)
    transaction.on_commit(partial(live.send, live.DESK, {"type": "desk.queue"}), robust=True)
    others = Handoff.objects.waiting().exclude(conversation=conversation)
    for waiting in others.select_related("conversation")[:100]:
        conversations.ring_state(waiting.conversation)


def _summary(conversation: Conversation) -> dict[str, Any]:
    rows = conversation.messages.order_by("-seq")
    intents = rows.filter(author=Author.BOT).exclude(intent="").values_list("intent", flat=True)
    return {
        "said": [row.text[:200] for row in rows.filter(author=Author.CUSTOMER)[:3]][::-1],
        "intents": list(intents[:3])[::-1],
        "order": conversation.slots.get("order_number"),
        "page": conversation.page,
        "proven": conversation.customer_id is not None,
    }


def expected_wait() -> int | None:
    """Return the median of the newest real waits in seconds; None when nobody knows."""
    rows = Handoff.objects.filter(accepted_at__gt=timezone.now() - _SAMPLE_AGE)
    newest = rows.order_by("-accepted_at").values_list("requested_at", "accepted_at")[:_SAMPLE]
    waits = [(taken - asked).total_seconds() for asked, taken in newest if taken]
    return round(median(waits)) if waits else None


def place(conversation: Conversation) -> dict[str, Any] | None:
    """Return position (the next one served is 1) and expected wait; None if it does not wait."""
    mine = Handoff.objects.waiting().filter(conversation=conversation).first()
    if mine is None:
        return None
    ahead = Handoff.objects.waiting().filter(requested_at__lt=mine.requested_at)
    return {"position": ahead.count() + 1, "wait_seconds": expected_wait()}


def state(conversation: Conversation) -> dict[str, Any]:
    """Return `{"owner", "queue"}` of the row as it was read."""
    queued = conversation.owner == Conversation.QUEUE
    return {"owner": conversation.owner, "queue": place(conversation) if queued else None}


def waiting() -> list[dict[str, Any]]:
    """Return the queue as the desk shows it, the next one to be served first."""
    rows = Handoff.objects.waiting().select_related("conversation__customer")[:200]
    return [
        {
            "conversation": str(row.conversation.public_id),
            "name": row.conversation.customer.name if row.conversation.customer else "",
            "language": row.conversation.language,
            "reason": row.reason,
            "since": frames.written(row.requested_at),
        }
        for row in rows
    ]


def is_with(conversation: Conversation, agent: Customer) -> bool:
    """Tell whether the row as read is this agent's to answer."""
    return conversation.owner == Conversation.AGENT and conversation.agent_id == agent.pk


def last_offer(conversation: Conversation) -> ChatMessage | None:
    """Return the newest message of the bot: only what it offers may be pressed."""
    return conversation.messages.filter(author=Author.BOT).order_by("-seq").first()
