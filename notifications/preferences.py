"""How a customer wants to be told: by topic and channel, with the topic's rule where silent."""

from django.db import transaction

from notifications import catalog
from notifications.models import Channel, Preference, Topic
from portal.customers import timeline
from portal.customers.kinds import Channel as Where
from portal.customers.models import Customer


def wanted(customer: Customer, topic: str) -> set[str]:
    """Return the channels over which ``customer`` wants to hear about ``topic`` (one query)."""
    return chosen(customer)[Topic(topic)]


def chosen(customer: Customer) -> dict[Topic, set[str]]:
    """Return the wanted channels of every topic (one query)."""
    said = {
        (row.topic, row.channel): row.wanted for row in Preference.objects.filter(customer=customer)
    }
    return {
        topic: {
            channel
            for channel in Channel
            if not rule.may_stop or said.get((topic, channel), rule.transactional)
        }
        for topic, rule in catalog.RULES.items()
    }


@transaction.atomic
def choose(
    customer: Customer, *, topic: str, channel: str, wanted: bool, where: str = Where.WEB
) -> bool:
    """Write down a choice; False if it was so already.

    ``where`` is the channel on which it was made. Raises ValueError for an unknown topic or
    channel, or one that may not be stopped.
    """
    rule = catalog.RULES[Topic(topic)]
    if not wanted and not rule.may_stop:
        raise ValueError(f"{topic} may not be stopped")
    if (Channel(channel) in chosen(customer)[Topic(topic)]) == wanted:
        return False
    Preference.objects.update_or_create(
        customer=customer, topic=topic, channel=channel, defaults={"wanted": wanted}
    )
    timeline.record(
        "notification.preferred",
        customer=customer,
        channel=where,
        actor=customer,
        data={"topic": topic, "channel": channel, "wanted": wanted},
    )
    return True
