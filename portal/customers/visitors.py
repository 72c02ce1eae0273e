"""Visitor tokens: what a browser shows so that we know it again, without a cookie.

A token is signed and lasts 180 days, sliding. After an e-mail was proven inside the chat it also
names the customer, and proves them for 12 hours (DESIGN §8).
"""

import secrets
import time
from dataclasses import dataclass

from django.core import signing

SALT = "madoguchi.visitor"
LASTS = 180 * 24 * 3600
PROVES = 12 * 3600


@dataclass(frozen=True)
class Visitor:
    """A browser: its key, and the customer it has proven to be, if that still holds."""

    key: str
    customer_id: int | None = None
    proven_at: int = 0

    @property
    def token(self) -> str:
        """Sign this visitor anew; the 180 days begin again, the 12 hours do not."""
        return signing.dumps([self.key, self.customer_id, self.proven_at], salt=SALT)


def new() -> Visitor:
    """Return a browser we have never seen."""
    return Visitor(secrets.token_urlsafe(18))


def proven(visitor: Visitor, *, customer_id: int) -> Visitor:
    """Return ``visitor`` as one who has just proven to be a customer."""
    return Visitor(visitor.key, customer_id, int(time.time()))


def read(token: str | None) -> Visitor | None:
    """Return whose token it is, or None if it is bad or expired.

    A proof older than 12 hours is left out; the visitor stays.
    """
    if not token or not isinstance(token, str) or len(token) > 500:
        return None
    try:
        key, customer_id, proven_at = signing.loads(token, salt=SALT, max_age=LASTS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if customer_id is not None and time.time() - proven_at > PROVES:
        return Visitor(key)
    return Visitor(key, customer_id, proven_at)
