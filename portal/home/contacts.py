"""Contacts made elsewhere, by phone or in the store, sent by the shop's own system (DESIGN §8)."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from ninja import Router
from pydantic import AfterValidator, BaseModel, Field, StringConstraints, ValidationError

from orders.feed import values
from orders.models import Order
from portal import webhooks
from portal.cases.models import Case
from portal.customers import addresses, contacts, kinds, services
from portal.customers.kinds import Channel, Direction
from portal.customers.models import Customer

log = logging.getLogger(__name__)
router = Router(tags=["touchpoints"])

LONGEST_SUMMARY = 1000
# What clocks may differ by, as for the signature (Standard Webhooks 1.0).
_CLOCKS = timedelta(minutes=5)


def _checked(is_right: Callable[[str], object], why: str) -> AfterValidator:
    """Return a check that objects with ``why`` unless ``is_right``."""

    def check(value: str | None) -> str | None:
        if value is not None and not is_right(value):
            raise ValueError(why)
        return value

    return AfterValidator(check)


def _is_past(text: str) -> bool:
    at = values.moment(text)
    return at is not None and at <= timezone.now() + _CLOCKS


def _is_outside(kind: str) -> bool:
    """Tell whether a kind is not one that the portal records itself, such as order.shipped."""
    return kind.startswith("contact.") or kind not in kinds.known()


_TEXT = _checked(values.keepable, "has characters that are no text")


class Person(BaseModel):
    """Who it was with: by e-mail or by phone; with both, the e-mail decides."""

    email: Annotated[str | None, _TEXT, _checked(values.email, "is no e-mail address")] = None
    phone: Annotated[str | None, _TEXT, _checked(addresses.fold_phone, "is no phone number")] = None


class Contact(BaseModel):
    """One contact; the customer reads ``summary`` in their history too."""

    id: Annotated[str, Field(min_length=1, max_length=255), _TEXT]
    kind: Annotated[
        str,
        StringConstraints(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)*$", max_length=40),
        _checked(_is_outside, "is a kind that the portal records itself"),
    ]
    channel: Annotated[
        str,
        Field(json_schema_extra={"enum": Channel.values}),
        _checked(lambda value: value in Channel.values, f"is none of {', '.join(Channel.values)}"),
    ]
    direction: Annotated[
        str,
        Field(json_schema_extra={"enum": Direction.values}),
        _checked(lambda value: value in Direction.values, "is neither in nor out"),
    ]
    happened_at: Annotated[
        str,
        Field(json_schema_extra={"format": "date-time"}),
        _checked(_is_past, "is no ISO 8601 time that has come"),
    ]
    customer: Person
    summary: Annotated[str, Field(min_length=1, max_length=LONGEST_SUMMARY), _TEXT]
    order: Annotated[str | None, Field(max_length=64), _TEXT] = None
    case: Annotated[str | None, Field(max_length=64), _TEXT] = None


def _schema() -> dict[str, Any]:
    """Return the JSON schema of a contact in one piece, as OpenAPI wants it."""
    schema = Contact.model_json_schema()
    schema["properties"]["customer"] = schema.pop("$defs")["Person"]
    return schema


_DOCS = webhooks.described(
    _schema(),
    summary="One contact made elsewhere",
    about="By phone or in the store, for example. The customer reads `summary` in their history. "
    "A repeated `id` changes nothing. An `order` or `case` must be the customer's; with a phone "
    "number alone it says whose contact this was.",
)


@router.post("/touchpoints", openapi_extra=_DOCS, url_name="touchpoints")
def touchpoints(request: HttpRequest) -> JsonResponse:
    """Take one contact, signed per Standard Webhooks with FEED_SECRET."""
    try:
        data, _ = webhooks.read(request, secrets=settings.FEED_SECRET)
        is_new = _take(_read(data))
    except webhooks.Refused as refused:
        return webhooks.refuse(request, refused)
    log.info("contact.taken", extra={"is_new": is_new})
    return JsonResponse({}, status=202)


def _read(data: Any) -> Contact:
    """Return the contact in a JSON value. Raises webhooks.Refused with every objection."""
    try:
        return Contact.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
    objections = [
        ("".join(f"/{part}" for part in each["loc"]), each["msg"].removeprefix("Value error, "))
        for each in found
    ]
    raise webhooks.Refused(422, *objections)


def _take(contact: Contact) -> bool:
    """Write ``contact`` down and return True, or False if it was written before.

    Raises webhooks.Refused.
    """
    if contacts.is_taken(contact.id):
        return False
    try:
        _write(contact)
    except IntegrityError:
        # Sent twice at the same time: the other one was first.
        if contacts.is_taken(contact.id):
            return False
        raise
    return True


@transaction.atomic
def _write(contact: Contact) -> None:
    order = _named(Order.objects.all(), contact.order, "/order")
    case = _named(Case.objects.all(), contact.case, "/case")
    customer = _customer(contact, order, case)
    for thing, pointer in ((order, "/order"), (case, "/case")):
        if thing and thing.customer_id != customer.pk:
            raise _not_theirs(pointer)
    about = {"order": contact.order, "case": contact.case}
    contacts.take(
        contact.id,
        customer=customer,
        channel=contact.channel,
        direction=contact.direction,
        happened_at=values.moment(contact.happened_at) or timezone.now(),
        about=case or order,
        data={"outside": contact.kind, "summary": contact.summary}
        | {name: number for name, number in about.items() if number},
    )


def _named(rows: models.QuerySet[Any], number: str | None, pointer: str) -> Any:
    """Return the order or case of a number, None without one. Raises webhooks.Refused."""
    if not number:
        return None
    found = rows.filter(number=number).first()
    if found is None:
        raise _not_theirs(pointer)
    return found


def _not_theirs(pointer: str) -> webhooks.Refused:
    """Return the same objection for what does not exist and for what is somebody else's."""
    return webhooks.Refused(422, (pointer, "is none of this customer's"))


def _customer(contact: Contact, order: Order | None, case: Case | None) -> Customer:
    """Return whose contact it is. What the shop's own system says is the shop's knowledge.

    Raises webhooks.Refused if it names nobody.
    """
    person = contact.customer
    phone = addresses.fold_phone(person.phone or "")
    if person.email:
        return services.known(person.email, phone=phone)
    if not phone:
        raise webhooks.Refused(422, ("/customer", "has neither email nor phone"))
    thing = case or order
    return thing.customer if thing else contacts.known_by_phone(phone)
