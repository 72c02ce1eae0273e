"""What we hold about a customer, room by room: to show, to hand out, to erase, to let go in time.

Each room declares its models in `privacy.py`, found when Django starts. A test fails for a model
that names a customer and is not declared.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import models, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.customers.models import Consent, Customer, Identity, PendingCode, Touchpoint

Words = str | Promise


class OnErase(StrEnum):
    """What becomes of rows when their customer is erased."""

    DROP = "drop"
    BLANK = "blank"
    KEEP = "keep"


@dataclass(frozen=True)
class Held:
    """What is held about a customer in one model."""

    model: type[models.Model]
    title: Words
    # Finds the rows of a customer; called before the customer's own row is blanked.
    of: Callable[[Customer], QuerySet[Any]]
    on_erase: OnErase
    # Fields handed out on download; none for what says nothing about the person.
    export: tuple[str, ...] = ()
    # Rows that staff wrote for each other: erased as all others, but not handed out.
    staff_only: Mapping[str, Any] = field(default_factory=dict)
    # BLANK: what is written instead, or a function of the rows.
    blank: Mapping[str, Any] | Callable[[QuerySet[Any]], None] = field(default_factory=dict)
    # KEEP: why, in plain words with the law.
    why: Words = ""
    # File fields whose files go with the rows.
    files: tuple[str, ...] = ()
    # How long rows are held without anybody asking, and the field that says how old they are.
    lasts: timedelta | None = None
    dated: str = ""


_held: list[Held] = []


def register(*held: Held) -> None:
    """Add what a room holds, parents before their children."""
    _held.extend(held)


def registry() -> list[Held]:
    """Return what all rooms hold in the order of erasing: upper rooms first, children first."""
    return list(reversed(_held))


@dataclass(frozen=True)
class Line:
    """One line of the preview: what, how many, and what becomes of it."""

    title: Words
    count: int
    on_erase: OnErase
    why: Words = ""


def preview(customer: Customer) -> list[Line]:
    """Say what is held about ``customer`` and what erasing would do, leaving empty lines out."""
    lines = (
        Line(held.title, held.of(customer).count(), held.on_erase, held.why)
        for held in registry()
        if held.title
    )
    return [line for line in lines if line.count]


def export(customer: Customer) -> dict[str, list[dict[str, Any]]]:
    """Return all that is held about ``customer`` as plain rows by model name, for the download."""
    told: dict[str, list[dict[str, Any]]] = {}
    for held in registry():
        if held.export:
            rows = _handed_out(held, customer).order_by("pk").values(*held.export)
            told.setdefault(held.model._meta.model_name or "", []).extend(rows)
    return told


def files(customer: Customer) -> list[tuple[str, Any]]:
    """Return the files held of ``customer`` with the names they came under, for the download."""
    return [
        (getattr(row, "name", ""), getattr(row, name))
        for held in registry()
        for name in held.files
        for row in _handed_out(held, customer)
        if getattr(row, name)
    ]


def _handed_out(held: Held, customer: Customer) -> QuerySet[Any]:
    rows = held.of(customer)
    return rows.exclude(**held.staff_only) if held.staff_only else rows


def let_go(held: Held, rows: QuerySet[Any]) -> int:
    """Drop or blank ``rows`` as declared and return how many; files go once that is committed."""
    if held.on_erase == OnErase.KEEP:
        return 0
    _drop_files(held, rows)
    if held.on_erase == OnErase.DROP:
        return rows.delete()[0]
    if callable(held.blank):
        count = rows.count()
        held.blank(rows)
        return count
    return rows.update(**held.blank)


def _drop_files(held: Held, rows: QuerySet[Any]) -> None:
    for name in held.files:
        for row in rows:
            found = getattr(row, name)
            if found:
                transaction.on_commit(lambda f=found: f.storage.delete(f.name))  # type: ignore[misc]


def retain() -> int:
    """Let go of what has been held for as long as its room says; return how many rows."""
    return sum(let_go(held, _old(held)) for held in registry() if held.lasts)


def _old(held: Held) -> QuerySet[Any]:
    assert held.lasts is not None
    before = timezone.now() - held.lasts
    rows = held.model._default_manager.filter(**{f"{held.dated}__lt": before})
    if isinstance(held.blank, Mapping) and held.blank:
        rows = rows.exclude(**held.blank)
    return rows


# What may stay of a touchpoint when its person is gone: numbers to count, no words.
_COUNTS = ("order", "case", "conversation", "score", "outcome", "reason", "topic", "helpful")


def _blank_history(rows: QuerySet[Touchpoint]) -> None:
    for row in rows.exclude(data={}).iterator():
        kept = {key: value for key, value in row.data.items() if key in _COUNTS}
        if kept != row.data:
            Touchpoint.objects.filter(pk=row.pk).update(data=kept)
    rows.update(visitor="")


register(
    Held(
        Customer,
        _("Your name, addresses and phone"),
        lambda customer: Customer.objects.filter(pk=customer.pk),
        OnErase.BLANK,
        export=("email", "name", "kana", "phone", "language", "date_joined", "last_login"),
        blank={
            "email": None,
            "name": "",
            "kana": "",
            "phone": "",
            "is_active": False,
            "last_login": None,
        },
    ),
    Held(
        Identity,
        _("Proven addresses"),
        lambda customer: Identity.objects.filter(customer=customer),
        OnErase.DROP,
        export=("kind", "value", "verified_at"),
    ),
    Held(
        PendingCode,
        "",
        lambda customer: PendingCode.objects.filter(email=customer.email or "-"),
        OnErase.DROP,
    ),
    Held(
        Consent,
        _("What you agreed to"),
        lambda customer: Consent.objects.of(customer),
        OnErase.DROP,
        export=("purpose", "given", "wording", "channel", "place", "at"),
    ),
    Held(
        Touchpoint,
        _("The history (stays as a count only, without what was said)"),
        lambda customer: Touchpoint.objects.of(customer),
        OnErase.BLANK,
        export=("happened_at", "kind", "channel", "direction", "data"),
        staff_only={"visible": False},
        blank=_blank_history,
    ),
    Held(
        EmailAddress,
        "",
        lambda customer: EmailAddress.objects.filter(user=customer),
        OnErase.DROP,
    ),
    Held(
        Authenticator,
        _("Passkeys"),
        lambda customer: Authenticator.objects.filter(user=customer),
        OnErase.DROP,
        export=("type", "created_at", "last_used_at"),
    ),
)
