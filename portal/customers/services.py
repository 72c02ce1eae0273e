"""What is done with customers: getting to know them and proving who they are."""

import logging
from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.contrib.sessions.models import Session
from django.db import IntegrityError, models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from portal.customers import addresses, privacy, timeline
from portal.customers.models import Consent, Customer, Identity, PendingCode, Touchpoint

log = logging.getLogger(__name__)


class NotPossible(Exception):
    """It cannot be done with this customer; the message says why, for the log."""


def find(email: str) -> Customer | None:
    """Return whose address it is: who has proven it, else who is known by it; None if nobody."""
    return find_many([email]).get(addresses.fold_email(email))


def find_many(emails: Iterable[str]) -> dict[str, Customer]:
    """Return the customers behind many addresses by folded address (two queries)."""
    folded = {addresses.fold_email(email) for email in emails}
    by_email = {c.email: c for c in Customer.objects.filter(email__in=folded) if c.email}
    proven = Identity.objects.filter(
        kind=Identity.Kind.EMAIL, value__in=folded, verified_at__isnull=False
    )
    return by_email | {row.value: row.customer for row in proven.select_related("customer")}


def known(email: str, **fields: object) -> Customer:
    """Return the customer with this e-mail, made with ``fields`` when new.

    An unproven address proves nothing: whoever only typed it sees nothing of the customer.
    """
    return known_many({email: fields})[addresses.fold_email(email)]


def known_many(people: Mapping[str, Mapping[str, object]]) -> dict[str, Customer]:
    """Return the customers with these e-mails, made with the fields given where new (set-based).

    Keyed by folded address. Whoever is known already keeps name, phone and language.
    """
    wanted = {addresses.fold_email(email): fields for email, fields in people.items()}
    found = find_many(wanted)
    blanks = [Customer(email=email, **wanted[email]) for email in wanted.keys() - found.keys()]
    for blank in blanks:
        blank.set_unusable_password()
    if blanks:
        # Two who are first at the same time are no error: one insert is ignored, both read the row.
        Customer.objects.bulk_create(blanks, ignore_conflicts=True)
        found |= find_many(wanted.keys() - found.keys())
    return found


def language_for(customer: Customer | None, here: str) -> str:
    """Return the language to write to ``customer`` in: theirs once they have proven themselves.

    Before that it is the one of the page the address was typed on.
    """
    return customer.language if customer and is_proven(customer) else here


def is_proven(customer: Customer) -> bool:
    """Tell whether ``customer`` has ever shown to own an address."""
    return customer.identities.filter(verified_at__isnull=False).exists()


@transaction.atomic
def prove(customer: Customer, *, kind: str, value: str) -> Identity:
    """Write down that ``customer`` has shown to own an address, now.

    Raises IntegrityError if the address is proven to be another customer's.
    """
    identity, _ = Identity.objects.update_or_create(
        kind=kind, value=value, customer=customer, defaults={"verified_at": timezone.now()}
    )
    return identity


@transaction.atomic
def signed_in(customer: Customer, *, email: str | None, channel: str, language: str) -> None:
    """Record that ``customer`` came in, and what ``email`` that proves; None if it proves nothing.

    Whoever comes for the first time is from then on written to in ``language``.
    """
    if email:
        first = not is_proven(customer)
        prove(customer, kind=Identity.Kind.EMAIL, value=email)
        if first and customer.language != language:
            Customer.objects.filter(pk=customer.pk).update(language=language)
            customer.language = language
    timeline.record("customer.signed_in", customer=customer, channel=channel)


@transaction.atomic
def adopt_visitor(customer: Customer, *, visitor: str) -> None:
    """Give ``customer`` what the visitor key did before it was proven to be theirs."""
    rows = Touchpoint.objects.filter(visitor=visitor, customer=None)
    rows.update(customer=customer)
    timeline.record("customer.proven", customer=customer, visitor=visitor, channel="chat")


def sweep_unproven(*, older_than: timedelta = timedelta(days=1)) -> int:
    """Delete people who typed an address, never proved it and left no trace; return how many.

    Codes that nobody typed in go as well.
    """
    PendingCode.objects.filter(expires_at__lt=timezone.now() - older_than).delete()
    strangers = Customer.objects.filter(
        date_joined__lt=timezone.now() - older_than, is_staff=False, last_login=None, groups=None
    )
    for relation in relations():
        strangers = strangers.exclude(_is_named_in(relation))
    found = list(strangers.values_list("pk", flat=True))
    Customer.objects.filter(pk__in=found).delete()
    return len(found)


def relations() -> list[models.ForeignObjectRel]:
    """Return every foreign key of every room that names a customer, also those without a name."""
    fields = Customer._meta.get_fields(include_hidden=True)
    return [f for f in fields if isinstance(f, models.ManyToOneRel) and f.auto_created]


def _is_named_in(relation: models.ForeignObjectRel) -> Exists:
    """Return the condition that a customer is named by a row of the room behind ``relation``.

    Rooms above are asked through their foreign keys: nobody with an order or a case is swept.
    """
    rows = relation.related_model._base_manager  # type: ignore[union-attr]
    return Exists(rows.filter(**{relation.field.name: OuterRef("pk")}))


def change_profile(
    customer: Customer, *, name: str, kana: str, phone: str, language: str
) -> Customer:
    """Set what ``customer`` told us to call and write to them; returns the customer anew."""
    values = {"name": name, "kana": kana, "phone": phone, "language": language}
    Customer.objects.filter(pk=customer.pk).update(**values)
    customer.refresh_from_db()
    return customer


def passkey_changed(customer: Customer, *, added: bool) -> None:
    """Record that a passkey of ``customer`` was added or removed, so that they are told."""
    kind = "customer.passkey_added" if added else "customer.passkey_removed"
    timeline.record(kind, customer=customer, actor=customer, channel="web")


@transaction.atomic
def consent(
    customer: Customer, *, purpose: str, given: bool, wording: str, channel: str, place: str = ""
) -> Consent:
    """Write down that ``customer`` agreed to ``purpose``, or took it back, in front of ``wording``.

    ``place`` is where that stood, such as a path. Nothing is ever changed: the newest row holds.
    """
    row = Consent.objects.create(
        customer=customer,
        purpose=purpose,
        given=given,
        wording=wording,
        channel=channel,
        place=place[:200],
    )
    data = {"purpose": purpose, "given": given}
    timeline.record(
        "customer.consented", customer=customer, actor=customer, channel=channel, data=data
    )
    return row


def has_agreed(customer: Customer, purpose: str) -> bool:
    """Tell whether ``customer`` agrees to ``purpose`` now; without a word it is no."""
    newest = Consent.objects.of(customer).filter(purpose=purpose).first()
    return bool(newest and newest.given)


@transaction.atomic
def merge(kept: Customer, absorbed: Customer, *, by: Customer, channel: str = "system") -> Customer:
    """Make two customers who are one person one: all of ``absorbed`` becomes ``kept``'s.

    Proven addresses move along; an address that was only known by proves nothing and goes. Where
    only one row may be (a preference), that of ``kept`` stays. Raises NotPossible for one and the
    same customer, for staff and for an erased one. Returns ``kept`` as it is then.
    """
    rows = Customer.objects.select_for_update().filter(pk__in=[kept.pk, absorbed.pk])
    pair = {row.pk: row for row in rows}
    if len(pair) != 2 or any(c.is_staff or not c.is_active for c in pair.values()):
        raise NotPossible(f"customers {kept.pk} and {absorbed.pk} cannot be merged")
    kept, absorbed = pair[kept.pk], pair[absorbed.pk]
    for relation in relations():
        _move_rows(relation, absorbed, kept)
    gone = absorbed.pk
    absorbed.delete()
    for name in ("email", "name", "kana", "phone"):
        setattr(kept, name, getattr(kept, name) or getattr(absorbed, name))
    kept.save(update_fields=["email", "name", "kana", "phone"])
    data = {"absorbed": gone}
    timeline.record("customer.merged", customer=kept, actor=by, channel=channel, data=data)
    log.info("customer.merged", extra={"customer": kept.pk, **data})
    return kept


@transaction.atomic
def erase(customer: Customer, *, by: Customer, channel: str = "web") -> None:
    """Erase the person: every room drops, blanks or keeps what it declared in its `privacy`.

    The row stays without a name, so that orders and counts do. Raises NotPossible for staff.
    """
    row = Customer.objects.select_for_update().get(pk=customer.pk)
    if row.is_staff:
        raise NotPossible(f"customer {row.pk} is staff")
    email = row.email
    for held in privacy.registry():
        privacy.let_go(held, held.of(row))
    row.refresh_from_db()
    # Another password hash makes every open session of the customer worthless; see Django's
    # `get_session_auth_hash`. The rows of the sessions go as well: they hold an address.
    row.set_unusable_password()
    row.save(update_fields=["password"])
    _close_sessions(row, email)
    agent = by if by.is_staff else None
    timeline.record("customer.erased", customer=row, actor=agent, channel=channel)
    log.info("customer.erased", extra={"customer": row.pk})


def _close_sessions(customer: Customer, email: str | None) -> None:
    """End every session of the erased, and those in which a code to their address is awaited."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        data = session.get_decoded()
        theirs = data.get("_auth_user_id") == str(customer.pk)
        if theirs or (email and f"'{email}'" in str(data)):
            session.delete()


def _move_rows(relation: models.ForeignObjectRel, old: Customer, new: Customer) -> None:
    """Let rows that name ``old`` name ``new``; a row that may be there only once is dropped."""
    name = relation.field.name
    rows = relation.related_model._base_manager.filter(**{name: old})  # type: ignore[union-attr]
    try:
        with transaction.atomic():
            rows.update(**{name: new})
    except IntegrityError:
        for row in rows:
            _move_row(row, name, new)


def _move_row(row: models.Model, name: str, new: Customer) -> None:
    try:
        with transaction.atomic():
            type(row)._base_manager.filter(pk=row.pk).update(**{name: new})
    except IntegrityError:
        row.delete()
