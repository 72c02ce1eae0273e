"""Where a notification leads, and the links its mail carries."""

from urllib.parse import quote

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.translation import get_language

from notifications import catalog
from notifications.models import Notification, Topic
from orders import links as order_links
from orders.models import Order
from portal.customers.models import Customer, Touchpoint


def page_of(touchpoint: Touchpoint) -> str:
    """Return the path of the page a touchpoint is about, in the language of the moment.

    The paths are those of DESIGN §8; what is about nothing in particular leads to the history.
    """
    prefix = f"/{get_language()}"
    for name in ("order", "case"):
        number = touchpoint.data.get(name)
        if number:
            return f"{prefix}/{name}s/{quote(str(number), safe='')}/"
    return f"{prefix}/history/"


def masked_order(order: Order) -> str:
    """Return the address of an order's masked, read-only page."""
    return absolute(f"/{get_language()}/orders/link/{order_links.token(order)}/")


def absolute(path: str) -> str:
    """Return the whole address of one of our paths."""
    return f"{settings.BASE_URL}{path}"


def stop(notification: Notification) -> str:
    """Return the address at which mails about this topic are stopped without signing in.

    "" for a topic that is told always.
    """
    if not catalog.RULES[Topic(notification.topic)].may_stop:
        return ""
    token = _stopper().sign(f"{notification.customer_id}.{notification.topic}")
    return absolute(reverse("notifications:stop", args=[token]))


def preferences_page() -> str:
    """Return the address of the page on which one chooses how to be told."""
    return absolute(reverse("notifications:preferences"))


def read_stop(token: str) -> tuple[Customer, Topic] | None:
    """Return whose mails about what a token stops; None if it is bad or the customer is gone.

    It does not expire: a mail of last year must be as easy to stop as today's.
    """
    try:
        pk, _dot, name = _stopper().unsign(token).partition(".")
    except signing.BadSignature:
        return None
    topic = Topic(name)
    customer = Customer.objects.filter(pk=int(pk), is_active=True).first()
    return (customer, topic) if customer and catalog.RULES[topic].may_stop else None


def _stopper() -> signing.Signer:
    # Without a time: shorter, and it does not expire.
    return signing.Signer(salt="notifications.stop")
