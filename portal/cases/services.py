"""What is done with cases; each change is one transaction and leaves its touchpoint."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from orders.models import Order
from portal.cases import promises
from portal.cases.models import Attachment, Case, CaseMessage, Status
from portal.customers import timeline
from portal.customers.kinds import Channel
from portal.customers.models import Customer
from portal.flow import WrongMove
from portal.uploads import Upload

# Crockford's base 32 without vowels: nothing to misread on the phone, no words by chance.
_LETTERS = "23456789BCDFGHJKMNPQRSTVWXYZ"
# Solved this long without a reply, a case is closed; what comes later is a new one.
CLOSED_AFTER = timedelta(days=30)
# A promise is moved, and the customer told, this long before it would break.
WARN_BEFORE = timedelta(minutes=15)
SCORES = range(1, 6)


class Closed(Exception):
    """The case is closed for good: a new one is needed."""


def open_case(
    customer: Customer,
    *,
    subject: str,
    body: str,
    topic: str,
    channel: str,
    order: Order | None = None,
    files: Sequence[Upload] = (),
    actor: Customer | None = None,
) -> Case:
    """Open a case with what the customer asks, and promise when we answer.

    ``actor`` is the agent when somebody of the shop opens it for the customer (by phone).
    """
    with transaction.atomic():
        case = _numbered(
            customer=customer,
            order=order,
            topic=topic,
            subject=subject.strip()[:120],
            opened_from=channel,
            promised_at=promises.promised(),
        )
        _say(case, by=CaseMessage.By.CUSTOMER, author=customer, body=body, files=files)
        _record("case.opened", case, channel=channel, actor=actor or customer)
    return case


def _numbered(**fields: Any) -> Case:
    """Create a case under a number that nobody can guess (27^6 of them)."""
    while True:
        number = "C-" + "".join(secrets.choice(_LETTERS) for _ in range(6))
        try:
            with transaction.atomic():
                return Case.objects.create(number=number, **fields)
        except IntegrityError:
            if not Case.objects.filter(number=number).exists():
                raise


@transaction.atomic
def reply(
    case: Case,
    *,
    by: Customer,
    body: str,
    files: Sequence[Upload] = (),
    channel: str = Channel.WEB,
    actor: Customer | None = None,
) -> CaseMessage:
    """Add what the customer says; it becomes our turn again, with a new promise.

    ``actor`` is the agent who wrote it down for them. Raises Closed if the case is closed.
    """
    if case.status == Status.CLOSED:
        raise Closed
    message = _say(case, by=CaseMessage.By.CUSTOMER, author=by, body=body, files=files)
    was_solved = case.status == Status.SOLVED
    if case.status in (Status.WAITING, Status.SOLVED):
        _move(case, Status.OPEN, set={"promised_at": promises.promised(), "solved_at": None})
    kind = "case.reopened" if was_solved else "case.replied"
    _record(kind, case, channel=channel, actor=actor or by)
    return message


@transaction.atomic
def answer(
    case: Case,
    *,
    by: Customer,
    body: str,
    files: Sequence[Upload] = (),
    channel: str = Channel.WEB,
) -> CaseMessage:
    """Add an agent's answer; it becomes the customer's turn. Raises Closed if it is closed."""
    if case.status == Status.CLOSED:
        raise Closed
    message = _say(case, by=CaseMessage.By.AGENT, author=by, body=body, files=files)
    changes: dict[str, Any] = {"promised_at": None, "agent": case.agent or by}
    if case.first_reply_at is None:
        changes["first_reply_at"] = message.at
    if case.status == Status.WAITING:
        Case.objects.filter(pk=case.pk).update(**changes)
    else:
        _move(case, Status.WAITING, set=changes)
    _record("case.answered", case, channel=channel, actor=by)
    return message


@transaction.atomic
def note(case: Case, *, by: Customer, body: str, files: Sequence[Upload] = ()) -> CaseMessage:
    """Add a note that only staff read, files and all."""
    message = _say(case, by=CaseMessage.By.AGENT, author=by, body=body, files=files, internal=True)
    _record("case.noted", case, channel=Channel.SYSTEM, actor=by)
    return message


@transaction.atomic
def assign(case: Case, *, agent: Customer | None, by: Customer) -> None:
    """Give the case to ``agent``, or back to everybody; a new case is then being looked into."""
    if agent and case.status == Status.NEW:
        _move(case, Status.OPEN, set={"agent": agent})
    else:
        Case.objects.filter(pk=case.pk).update(agent=agent)
        case.agent = agent
    _record("case.assigned", case, channel=Channel.SYSTEM, actor=by)


@transaction.atomic
def solve(case: Case, *, by: Customer, channel: str = Channel.WEB) -> None:
    """Say that the case is solved; the customer may say so too. Raises WrongMove if it is."""
    case.flow.move(case, Status.SOLVED, set={"solved_at": timezone.now(), "promised_at": None})
    _record("case.solved", case, channel=channel, actor=by)


@transaction.atomic
def rate(case: Case, *, by: Customer, score: int, comment: str = "") -> None:
    """Record how the customer found it, 1 to 5; a later rating counts instead.

    Raises ValueError for another score or a case that is not solved.
    """
    if score not in SCORES or case.status not in (Status.SOLVED, Status.CLOSED):
        raise ValueError("not to be rated so")
    _record(
        "case.rated",
        case,
        channel=Channel.WEB,
        actor=by,
        score=score,
        comment=comment.strip()[:1000],
    )


@transaction.atomic
def move_promise(case: Case) -> bool:
    """Promise a new time before the old one breaks, and tell the customer.

    False if somebody answered in the meantime: the promise was kept.
    """
    later = promises.promised()
    unanswered = Case.objects.ours_to_act().filter(pk=case.pk, promised_at=case.promised_at)
    if not unanswered.update(promised_at=later):
        return False
    case.promised_at = later
    _record("case.promise_moved", case, channel=Channel.SYSTEM, actor=None)
    return True


def move_breaking_promises() -> int:
    """Move every promise that is about to break; return how many."""
    soon = timezone.now() + WARN_BEFORE
    breaking = Case.objects.ours_to_act().filter(promised_at__lt=soon)
    return sum(move_promise(case) for case in breaking.select_related("customer")[:500])


def close_old() -> int:
    """Close what has been solved for long; return how many."""
    before = timezone.now() - CLOSED_AFTER
    closed = 0
    for case in Case.objects.filter(status=Status.SOLVED, solved_at__lt=before)[:500]:
        try:
            case.flow.move(case, Status.CLOSED)
            closed += 1
        except WrongMove:
            continue  # a reply came between: it is open again, and that is right
    return closed


def _move(case: Case, to: str, *, set: dict[str, Any]) -> None:
    """Move on, also when somebody else has just moved the case: then from where it is now."""
    try:
        case.flow.move(case, to, set=set)
    except WrongMove:
        case.refresh_from_db()
        if case.status == Status.CLOSED:
            raise Closed from None
        if case.status == to:
            type(case).objects.filter(pk=case.pk).update(**set)
        else:
            case.flow.move(case, to, set=set)


def _say(
    case: Case,
    *,
    by: str,
    author: Customer,
    body: str,
    files: Sequence[Upload],
    internal: bool = False,
) -> CaseMessage:
    message = CaseMessage.objects.create(
        case=case, by=by, author=author, body=body.strip(), internal=internal
    )
    for file in files:
        kept = Attachment(message=message, name=file.name, media=file.media, size=file.size)
        kept.file.save(file.name, file.content, save=False)
        kept.save()
    return message


def _record(kind: str, case: Case, *, channel: str, actor: Customer | None, **data: Any) -> None:
    timeline.record(
        kind,
        customer=case.customer,
        channel=channel,
        about=case,
        actor=actor,
        data={"case": case.number, **data},
    )
