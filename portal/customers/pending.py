"""Codes asked for from the chat: they hang on the visitor, not on a session (DESIGN §8)."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from portal.customers import services
from portal.customers.models import Customer, PendingCode
from portal.customers.visitors import Visitor

_SALT = "madoguchi.pending-code"


def start(visitor: Visitor, *, email: str) -> str:
    """Keep a new code for ``visitor`` and a folded ``email``, and return it; an older one ends."""
    code = f"{secrets.randbelow(10**6):06d}"
    lasts = timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
    PendingCode.objects.update_or_create(
        visitor=visitor.key,
        defaults={
            "email": email,
            "code": _hash(visitor, code),
            "tries": 0,
            "expires_at": timezone.now() + lasts,
        },
    )
    return code


def email_of(visitor: Visitor) -> str:
    """Return the address a code was mailed to for ``visitor``, "" if none is awaited."""
    row = PendingCode.objects.filter(visitor=visitor.key, expires_at__gt=timezone.now()).first()
    return row.email if row else ""


@transaction.atomic
def confirm(visitor: Visitor, code: str, *, language: str) -> Customer | None:
    """Take a typed code: the proven customer, or None if it is wrong, spent or too late.

    What the visitor did before becomes the customer's. A right code works once; after five wrong
    ones none does. None is also the answer for an account that is closed.
    """
    rows = PendingCode.objects.filter(
        visitor=visitor.key,
        expires_at__gt=timezone.now(),
        tries__lt=settings.ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS,
    )
    # The try is counted before it is looked at, so that parallel guesses do not share one.
    if not rows.update(tries=F("tries") + 1):
        return None
    row = PendingCode.objects.get(visitor=visitor.key)
    if not constant_time_compare(row.code, _hash(visitor, code)):
        return None
    row.delete()
    customer = services.known(row.email, language=language)
    if not customer.is_active:
        return None
    services.signed_in(customer, email=row.email, channel="chat", language=language)
    services.adopt_visitor(customer, visitor=visitor.key)
    return customer


def _hash(visitor: Visitor, code: str) -> str:
    return salted_hmac(_SALT, f"{visitor.key}:{code}", algorithm="sha256").hexdigest()
