"""The choice of how to be told."""

from typing import Any

from django import forms

from notifications import catalog, preferences
from notifications.models import Channel, Topic
from portal.customers.models import Customer


class PreferencesForm(forms.Form):
    """A box for each topic and channel."""

    def __init__(self, customer: Customer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.customer = customer
        self.chosen = preferences.chosen(customer)
        for topic in catalog.topics():
            for channel in catalog.channels(topic):
                self.fields[_name(topic, channel)] = forms.BooleanField(
                    label=channel.label,
                    required=False,
                    initial=channel in self.chosen[topic],
                    disabled=not catalog.RULES[topic].may_stop
                    or (channel == Channel.EMAIL and not customer.email),
                )

    def groups(self) -> list[dict[str, Any]]:
        """Return the boxes by topic, for the page."""
        return [
            {
                "topic": topic,
                "fixed": not catalog.RULES[topic].may_stop,
                "boxes": [self[_name(topic, channel)] for channel in catalog.channels(topic)],
            }
            for topic in catalog.topics()
        ]

    def save(self) -> int:
        """Write down what changed; return how many choices did."""
        return sum(
            preferences.choose(
                self.customer,
                topic=topic,
                channel=channel,
                wanted=self.cleaned_data[_name(topic, channel)],
            )
            for topic in catalog.topics()
            for channel in catalog.channels(topic)
            if not self.fields[_name(topic, channel)].disabled
        )


def _name(topic: Topic, channel: Channel) -> str:
    return f"{topic.value}-{channel.value}"
