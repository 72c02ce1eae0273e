"""What happened in the demo world before it opened: cases and chats of two weeks.

Written as rows with their own times, and into the one history; nobody is told of it now.
"""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from bot.models import Author, ChatMessage, Conversation, Handoff
from orders.models import Order
from portal.cases.models import Case, CaseMessage, Priority, Status, Topic
from portal.cases.promises import promised
from portal.customers import timeline
from portal.customers.models import Customer
from portal.management.demo import files
from portal.management.demo.moments import moment

# The shop's topics in cases.yml, in ours.
TOPICS = {
    "shipping": Topic.ORDER,
    "orders": Topic.ORDER,
    "returns": Topic.RETURN,
    "payment": Topic.PAYMENT,
    "gifts": Topic.ORDER,
    "tea": Topic.PRODUCT,
    "teaware": Topic.PRODUCT,
}
REASONS = {"not_understood": "misses"}
_SAID_BY = {"note": CaseMessage.By.AGENT}


class People:
    """Customers by e-mail and staff by their key in shop.yml."""

    def __init__(self) -> None:
        self._rows = {row.email: row for row in Customer.objects.exclude(email=None)}
        self._staff = files.load("shop.yml")["staff"]

    def customer(self, email: str | None) -> Customer | None:
        """Return the customer with this e-mail; None for a visitor."""
        return self._rows[email] if email else None

    def agent(self, key: str | None) -> Customer | None:
        """Return the staff member with this key."""
        return self._rows[self._staff[key]["email"]] if key else None


def set_up() -> None:
    """Write the past cases and chats."""
    people, now = People(), timezone.now()
    for number, row in enumerate(files.load("cases.yml")):
        _case(row, f"C-{1040 - number}", people, now)
    for number, row in enumerate(files.load("chats.yml")):
        _chat(row, number, people, now)


def _case(row: dict[str, Any], number: str, people: People, now: datetime) -> None:
    customer, agent = people.customer(row["customer"]), people.agent(row.get("agent"))
    assert customer is not None
    said = [(who, moment(at, now=now), text) for who, at, text in row["messages"]]
    ours = row["status"] in (Status.NEW, Status.OPEN)
    asked = [at for who, at, _text in said if who == "customer"]
    answered = [at for who, at, _text in said if who == "agent"]
    solved_at = moment(row["solved"], now=now) if row.get("solved") else None
    case = Case.objects.create(
        number=number,
        customer=customer,
        order=Order.objects.filter(number=row.get("order")).first(),
        topic=TOPICS.get(row["topic"], Topic.OTHER),
        subject=row["subject"],
        status=row["status"],
        priority=Priority.HIGH if row.get("priority") == "high" else Priority.NORMAL,
        agent=agent,
        opened_from=row["from"],
        opened_at=said[0][1],
        promised_at=max(promised(asked[-1]), promised(now)) if ours else None,
        first_reply_at=answered[0] if answered else None,
        solved_at=solved_at,
    )
    CaseMessage.objects.bulk_create(
        CaseMessage(
            case=case,
            by=_SAID_BY.get(who, who),
            author={"customer": customer, "system": None}.get(who, agent),
            body=text,
            internal=who == "note",
            at=at,
        )
        for who, at, text in said
    )
    timeline.record_many(_case_facts(row, case, said))


def _case_facts(
    row: dict[str, Any], case: Case, said: list[tuple[str, datetime, str]]
) -> list[timeline.Fact]:
    kinds = {"customer": "case.replied", "agent": "case.answered", "note": "case.noted"}
    happened: list[tuple[str, datetime, dict[str, Any]]] = [("case.opened", said[0][1], {})]
    happened += [(kinds[who], at, {}) for who, at, _text in said[1:] if who in kinds]
    if case.solved_at:
        happened.append(("case.solved", case.solved_at, {}))
    if row.get("rating") and case.solved_at:
        rated = {"score": row["rating"], "comment": row.get("comment", "")}
        happened.append(("case.rated", case.solved_at + timedelta(hours=2), rated))
    return [
        timeline.Fact(
            kind,
            channel=row["from"] if kind == "case.opened" else "web",
            customer=case.customer,
            about=case,
            data={"case": case.number, **data},
            happened_at=at,
            tell=False,
        )
        for kind, at, data in happened
    ]


def _chat(row: dict[str, Any], number: int, people: People, now: datetime) -> None:
    started = moment(row["started"], now=now)
    messages = row["messages"]
    handed = row.get("handoff", {})
    ended = started + timedelta(seconds=messages[-1][1] + 60)
    chat = Conversation.objects.create(
        customer=people.customer(row.get("customer")),
        visitor=f"demo-{number}",
        owner=Conversation.CLOSED,
        next_seq=len(messages) + 1,
        language=row["language"],
        page=f"/{row['language']}/{row['page']}",
        agent=people.agent(handed.get("agent")),
        started_at=started,
        ended_at=ended,
        outcome=row["outcome"],
    )
    ChatMessage.objects.bulk_create(
        _message(chat, seq, entry, people.agent(handed.get("agent")))
        for seq, entry in enumerate(messages, start=1)
    )
    if handed:
        Handoff.objects.create(
            conversation=chat,
            reason=REASONS.get(handed["reason"], "asked"),
            requested_at=started + timedelta(seconds=handed["requested"]),
            accepted_at=started + timedelta(seconds=handed["accepted"])
            if handed.get("accepted")
            else None,
            ended_at=ended,
        )
    timeline.record_many(_chat_facts(row, chat))


def _message(chat: Conversation, seq: int, entry: list[Any], agent: Customer | None) -> ChatMessage:
    who, seconds, text, *more = entry
    known = more[0] if more else {}
    return ChatMessage(
        conversation=chat,
        seq=seq,
        author=who,
        agent=agent if who == Author.AGENT else None,
        text=text,
        intent=known.get("intent", ""),
        source=f"faq:{known['faq']}" if known.get("faq") else "",
        at=chat.started_at + timedelta(seconds=seconds),
    )


def _chat_facts(row: dict[str, Any], chat: Conversation) -> list[timeline.Fact]:
    assert chat.ended_at is not None
    happened: list[tuple[str, datetime, dict[str, Any]]] = [
        ("chat.started", chat.started_at, {"page": chat.page}),
        ("chat.closed", chat.ended_at, {"outcome": row["outcome"]}),
    ]
    if row.get("handoff"):
        asked = chat.started_at + timedelta(seconds=row["handoff"]["requested"])
        reason = REASONS.get(row["handoff"]["reason"], "asked")
        happened.append(("chat.handed_over", asked, {"reason": reason}))
    if row.get("rating"):
        happened.append(("chat.rated", chat.ended_at, {"score": row["rating"]}))
    return [
        timeline.Fact(
            kind,
            channel="chat",
            customer=chat.customer,
            visitor=chat.visitor,
            about=chat,
            data={"conversation": str(chat.public_id), **data},
            happened_at=at,
            tell=False,
        )
        for kind, at, data in happened
    ]
