"""Which touchpoints are told, about what and over which channels.

To tell the customer something new: a line here, its words in
`templates/notifications/words/<kind>.txt` (first line the subject), and, as for every touchpoint,
its sentence in `templates/timeline/<kind>.html` of the room that records it.
"""

from dataclasses import dataclass

from notifications.models import Channel, Topic
from portal.customers.models import Touchpoint


@dataclass(frozen=True)
class Told:
    """How touchpoints of a kind are told."""

    topic: Topic
    channels: tuple[Channel, ...]
    # Told also to whoever did it themselves: a receipt of what they asked.
    own: bool = False


@dataclass(frozen=True)
class Rule:
    """What holds for a topic while the customer has chosen nothing.

    Transactional is what belongs to an order or question of the customer's own: it comes unless
    stopped. Anything else may only come to those who asked for it.
    """

    transactional: bool = True
    may_stop: bool = True


RULES = {
    Topic.ORDERS: Rule(),
    Topic.CASES: Rule(),
    # Who signs in where is told always: whoever took over an account must not silence it.
    Topic.ACCOUNT: Rule(may_stop=False),
}

_BOTH = (Channel.EMAIL, Channel.INBOX)
_ORDER = Told(Topic.ORDERS, _BOTH)
_CASE = Told(Topic.CASES, _BOTH)

TOLD = {
    "order.placed": Told(Topic.ORDERS, _BOTH, own=True),
    "order.shipped": _ORDER,
    # News of a day that need no mail: whoever looks finds them.
    "order.out_for_delivery": Told(Topic.ORDERS, (Channel.INBOX,)),
    "order.refund_started": Told(Topic.ORDERS, (Channel.INBOX,)),
    "order.delivery_failed": _ORDER,
    "order.delivered": _ORDER,
    "order.sent_back": _ORDER,
    "order.delayed": _ORDER,
    "order.late": _ORDER,
    "order.cancelled": _ORDER,
    "order.refunded": _ORDER,
    "order.returned": _ORDER,
    "order.cancel_requested": Told(Topic.ORDERS, (Channel.EMAIL,), own=True),
    "order.cancel_declined": _ORDER,
    # To whoever did it too: it may have been somebody else.
    "customer.passkey_added": Told(Topic.ACCOUNT, _BOTH, own=True),
    "customer.passkey_removed": Told(Topic.ACCOUNT, _BOTH, own=True),
    "case.opened": Told(Topic.CASES, (Channel.EMAIL,), own=True),
    "case.answered": _CASE,
    "case.promise_moved": _CASE,
    "case.solved": _CASE,
}


def find(touchpoint: Touchpoint) -> Told | None:
    """Return how ``touchpoint`` is told, or None if it is told to nobody."""
    told = TOLD.get(touchpoint.kind)
    customer = touchpoint.customer
    if told is None or customer is None or not touchpoint.visible or not customer.is_active:
        return None
    if touchpoint.actor_id == customer.pk and not told.own:
        return None
    return told


def topics() -> list[Topic]:
    """Return the topics something is told about, in the order they are shown."""
    used = {told.topic for told in TOLD.values()}
    return [topic for topic in Topic if topic in used]


def channels(topic: Topic) -> list[Channel]:
    """Return the channels on which something is told about ``topic``."""
    used = {channel for told in TOLD.values() if told.topic == topic for channel in told.channels}
    return [channel for channel in Channel if channel in used]
