"""Mail: a letter in HTML and text, to the address the customer has at this moment.

Headers: a Message-ID that is the same at every try, so that a repetition is recognised;
List-Unsubscribe with one click (RFC 8058); Auto-Submitted (RFC 3834), so that no out-of-office
answers.
"""

from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.utils.crypto import salted_hmac
from django.utils.translation import override

from notifications import letters, links
from notifications.models import Delivery, Notification
from portal.shop import services as shop


class Unreachable(Exception):
    """There is nowhere to send it to any more, or nothing left to tell."""


def send(delivery: Delivery, told: list[Notification]) -> str:
    """Send what is ``told``, newest first, as one mail in the name of ``delivery``.

    Returns its Message-ID. Raises Unreachable, or what the mail server raises.
    """
    address = _address(delivery)
    try:
        letter = letters.compose(told[0], told[1:])
    except letters.Gone:
        raise Unreachable from None
    sender = shop.current()
    with override(delivery.notification.customer.language):
        sender_name = letters.one_line(sender.name)
    headers = _headers(delivery)
    mail = EmailMultiAlternatives(
        subject=letter.subject,
        body=letter.text,
        from_email=formataddr((sender_name, _our_address())),
        to=[address],
        reply_to=[letters.one_line(sender.email) or _our_address()],
        headers=headers,
    )
    mail.attach_alternative(letter.html, "text/html")
    mail.send()
    return headers["Message-ID"]


def _address(delivery: Delivery) -> str:
    """Return the one address it goes to; raises Unreachable if there is none that is sound."""
    customer = delivery.notification.customer
    try:
        validate_email(customer.email)
    except ValidationError:
        raise Unreachable from None
    if not customer.is_active:
        raise Unreachable
    return str(customer.email)


def _our_address() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def message_id(delivery: Delivery) -> str:
    """Return the Message-ID of a delivery: unique, and the same whenever it is asked for."""
    seal = salted_hmac("notifications.message_id", str(delivery.pk)).hexdigest()[:20]
    domain = _our_address().rpartition("@")[2]
    return f"<delivery.{delivery.pk}.{seal}@{domain}>"


def _headers(delivery: Delivery) -> dict[str, str]:
    headers = {"Message-ID": message_id(delivery), "Auto-Submitted": "auto-generated"}
    with override(delivery.notification.customer.language):
        stop = links.stop(delivery.notification)
    if stop:
        headers["List-Unsubscribe"] = f"<{stop}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers
