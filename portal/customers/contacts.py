"""Contacts made elsewhere, by phone or in the store, as the shop's own system tells of them."""

import hashlib
from datetime import datetime

from django.db import IntegrityError, models, transaction

from portal.customers import timeline
from portal.customers.kinds import Direction
from portal.customers.models import Customer, Identity, Touchpoint


def is_taken(outside_id: str) -> bool:
    """Tell whether the contact with this id of the other system is in the history."""
    return Touchpoint.objects.filter(outside_id=_kept(outside_id)).exists()


@transaction.atomic
def take(
    outside_id: str,
    *,
    customer: Customer,
    channel: str,
    direction: str,
    happened_at: datetime,
    about: models.Model | None,
    data: dict[str, str],
) -> Touchpoint:
    """Write one contact into the history of ``customer``.

    Raises IntegrityError if one with this id is there already.
    """
    return timeline.record(
        "contact.received" if direction == Direction.IN else "contact.made",
        outside_id=_kept(outside_id),
        customer=customer,
        channel=channel,
        happened_at=happened_at,
        about=about,
        data=data,
    )


@transaction.atomic
def known_by_phone(phone: str) -> Customer:
    """Return whom the shop knows by this number (E.164), made when new.

    A number in somebody's settings was only typed: it names nobody, or typing a stranger's number
    would show the stranger's calls. An Identity that is not verified opens nothing either; it only
    keeps the calls of one number together until an agent merges them.
    """
    number = {"kind": Identity.Kind.PHONE, "value": phone}
    found = Identity.objects.select_related("customer").filter(**number).first()
    if found:
        return found.customer
    try:
        with transaction.atomic():
            customer = Customer.objects.create_user(None, phone=phone)
            return Identity.objects.create(customer=customer, **number).customer
    except IntegrityError:
        return Identity.objects.select_related("customer").get(**number).customer


def _kept(outside_id: str) -> str:
    """Return an id as it is kept: of a fixed length, and without whatever a shop puts in it."""
    return hashlib.sha256(outside_id.encode()).hexdigest()
