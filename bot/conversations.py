"""Conversations as rows: beginning, resuming, appending, and whose they are.

`append` is the one place where a message gets its seq, and the one hand-written SQL of the portal.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import IntegrityError, connection, transaction
from django.utils.crypto import salted_hmac

from bot.models import Author, ChatMessage, Conversation
from portal import live
from portal.customers import services as customers
from portal.customers import timeline
from portal.customers.models import Customer, Touchpoint
from portal.flow import WrongMove

# A welcome carries at most so many messages (DESIGN §8).
PAGE = 200
OPEN = (Conversation.BOT, Conversation.QUEUE, Conversation.AGENT)


class Closed(Exception):
    """The conversation has ended: nothing more is said in it."""


@dataclass(frozen=True)
class Member:
    """Who is at the other end: a browser's key, and the customer it has proven to be."""

    visitor: str
    customer: Customer | None = None

    def conversations(self) -> Any:
        """Return the conversations this member may see; a customer's only while proven."""
        if self.customer is not None:
            return Conversation.objects.of(self.customer)
        return Conversation.objects.of_browser(self.visitor)


class Appended(NamedTuple):
    """A stored message, and whether it is new or was stored by an earlier try."""

    message: ChatMessage
    is_new: bool


def append(
    conversation: Conversation,
    *,
    author: str,
    text: str,
    client_id: uuid.UUID | None = None,
    owners: Sequence[str] = OPEN,
    where: Mapping[str, Any] | None = None,
    turn: bool = False,
    **fields: Any,
) -> Appended:
    """Store a message under the next seq and ring the members' bell after commit.

    A ``client_id`` that is stored already brings the stored message, whatever is said now. The
    conversation must have one of ``owners`` and match ``where`` (epoch, turns, agent_id) at that
    instant; else raises Closed if it has ended, WrongMove if somebody else was first. ``turn``
    counts a turn of the bot. What the customer says to the bot is heard in its epoch, unless
    ``heard_in`` says otherwise.
    """
    try:
        with transaction.atomic():
            taken = _take_seq(conversation, owners, where or {}, turn)
            if taken is None:
                return stored(conversation, client_id) or _refuse(conversation)
            seq, owner, epoch = taken
            if author == Author.CUSTOMER and owner == Conversation.BOT:
                fields.setdefault("heard_in", epoch)
            message = ChatMessage.objects.create(
                conversation=conversation,
                seq=seq,
                author=author,
                text=text,
                client_id=client_id,
                **fields,
            )
    except IntegrityError:
        earlier = stored(conversation, client_id)
        if earlier is None:
            raise
        return earlier
    ring(conversation, seq)
    return Appended(message, True)


def _take_seq(
    conversation: Conversation, owners: Sequence[str], where: Mapping[str, Any], turn: bool
) -> tuple[int, str, int] | None:
    # One statement takes the seq and judges the owner; its row lock orders the members' messages.
    # PostgreSQL and SQLite (3.35) both know UPDATE … RETURNING. Column names come from this file.
    conditions = "".join(f" AND {column} = %s" for column in where)
    marks = ", ".join(["%s"] * len(owners))
    sql = (
        "UPDATE bot_conversation SET next_seq = next_seq + 1, turns = turns + %s"  # noqa: S608
        f" WHERE id = %s AND owner IN ({marks}){conditions}"
        " RETURNING next_seq - 1, owner, epoch"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [int(turn), conversation.pk, *owners, *where.values()])
        row: tuple[int, str, int] | None = cursor.fetchone()
        cursor.fetchall()
    return row


def stored(conversation: Conversation, client_id: uuid.UUID | None) -> Appended | None:
    """Return what an earlier try with this id stored, if there was one."""
    if client_id is None:
        return None
    rows = ChatMessage.objects.select_related("agent", "answers")
    row = rows.filter(conversation=conversation, client_id=client_id).first()
    return Appended(row, False) if row else None


def _refuse(conversation: Conversation) -> Appended:
    owner = Conversation.objects.values_list("owner", flat=True).get(pk=conversation.pk)
    if owner == Conversation.CLOSED:
        raise Closed
    raise WrongMove(f"{conversation} has another owner now")


def ring(conversation: Conversation, seq: int) -> None:
    """Tell the members after commit that messages up to ``seq`` are there; they fetch them."""
    group = live.conversation_group(conversation.public_id)
    event = {"type": "chat.appended", "conversation": str(conversation.public_id), "seq": seq}
    transaction.on_commit(lambda: live.send(group, event), robust=True)


def ring_state(conversation: Conversation) -> None:
    """Tell the members after commit that owner or queue changed; they look for themselves."""
    group = live.conversation_group(conversation.public_id)
    event = {"type": "chat.state", "conversation": str(conversation.public_id)}
    transaction.on_commit(lambda: live.send(group, event), robust=True)


def since(conversation: Conversation, after: int) -> tuple[list[ChatMessage], bool]:
    """Return the newest messages after seq ``after``, oldest first, and whether there were more."""
    return _newest(conversation, seq__gt=after)


def earlier(conversation: Conversation, before: int) -> tuple[list[ChatMessage], bool]:
    """Return the last messages before seq ``before``, oldest first, and whether there were more."""
    return _newest(conversation, seq__lt=before)


def _newest(conversation: Conversation, **which: int) -> tuple[list[ChatMessage], bool]:
    rows = conversation.messages.filter(**which).select_related("agent", "answers")
    newest = list(rows.order_by("-seq")[: PAGE + 1])
    return newest[:PAGE][::-1], len(newest) > PAGE


def following(conversation: Conversation, after: int) -> list[ChatMessage]:
    """Return the next messages after seq ``after``, oldest first, a page at most."""
    rows = conversation.messages.filter(seq__gt=after).select_related("agent", "answers")
    return list(rows.order_by("seq")[:PAGE])


def find(member: Member, public_id: uuid.UUID | None) -> Conversation | None:
    """Return the member's conversation with this id, or without one their newest open one."""
    if public_id is None:
        found: Conversation | None = member.conversations().open().first()
    else:
        found = member.conversations().filter(public_id=public_id).first()
    return found


def draft(member: Member, *, language: str, page: str = "") -> Conversation:
    """Return a conversation that is not stored before its first message.

    Its id follows from the browser's key, so that two tabs that open together talk in the same.
    """
    number = Conversation.objects.filter(visitor=member.visitor).count()
    # Erased people's chats no longer count, but keep their ids.
    while Conversation.objects.filter(public_id=_unborn_id(member.visitor, number)).exists():
        number += 1
    return Conversation(
        public_id=_unborn_id(member.visitor, number),
        visitor=member.visitor,
        customer=member.customer,
        language=language,
        page=page[:300],
    )


def _unborn_id(visitor: str, number: int) -> uuid.UUID:
    digest = salted_hmac("bot.conversation", f"{visitor}:{number}", algorithm="sha256")
    return uuid.UUID(hex=digest.hexdigest()[:32], version=4)


@transaction.atomic
def begin(unborn: Conversation, *, greeting: str, parts: list[Any]) -> Conversation:
    """Store a drafted conversation with its greeting; another tab may have been first.

    Raises WrongMove if that one has proven since to be a customer's.
    """
    row, is_new = Conversation.objects.get_or_create(
        public_id=unborn.public_id,
        defaults={
            name: getattr(unborn, name) for name in ("visitor", "customer", "language", "page")
        },
    )
    if is_new:
        append(row, author=Author.BOT, text=greeting, parts=parts, source="greeting")
        timeline.record(
            "chat.started",
            channel="chat",
            customer=row.customer,
            visitor=row.visitor,
            about=row,
            data={"conversation": str(row.public_id), "page": row.page},
        )
    if row.customer_id != unborn.customer_id:
        raise WrongMove(f"{row} is a customer's now")
    return row


def adopt(member: Member) -> int:
    """Give the customer of ``member`` what this browser said before; return how many chats."""
    rows = Conversation.objects.of_browser(member.visitor)
    # Nearly every hello has nothing to adopt: no transaction, which SQLite lets one have at a time.
    if member.customer is None or not rows.exists():
        return 0
    with transaction.atomic():
        count: int = rows.update(customer=member.customer)
        # Whoever proved an address inside the chat has the touchpoints already.
        if count and Touchpoint.objects.filter(visitor=member.visitor, customer=None).exists():
            customers.adopt_visitor(member.customer, visitor=member.visitor)
    return count
