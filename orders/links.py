"""The links in our mails: signed, they open one order's masked, read-only page and nothing else.

A mail may be passed on or lie open, so its link proves nobody: to see more or to act, prove the
e-mail. It dies after 90 days, and at once when the order has gone to another customer (a merge,
an erasure).
"""

from datetime import timedelta

from django.core import signing

from orders.models import Order

_SALT = "orders.link"
LASTS = timedelta(days=90)


def token(order: Order) -> str:
    """Return the token that stands in a mail's link to ``order``."""
    return signing.dumps([order.pk, order.customer_id], salt=_SALT)


def order_of(token: str) -> Order | None:
    """Return the order a token opens; None if it is bad, expired or revoked."""
    try:
        pk, customer = signing.loads(token, salt=_SALT, max_age=LASTS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    rows = Order.objects.filter(pk=pk, customer_id=customer, customer__is_active=True)
    return rows.whole().first()
