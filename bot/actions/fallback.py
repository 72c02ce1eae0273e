"""In doubt: did you mean one of these? And: that is no matter of ours."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot import policy
from bot.actions import faq, speech
from cms.answers import Answer

# So many pages at most beside the intents. None if the message is surely no matter of ours.
_PAGES = 2
_SURELY_FOREIGN = 0.95


class DefaultFallback(Action):
    """Offers the three likeliest meanings and none of these."""

    def name(self) -> str:
        """Return Rasa's own name for it."""
        return "action_default_fallback"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> list[dict[str, Any]]:
        """Offer."""
        buttons = _meanings(tracker)
        none = speech.title(policy.BUTTON_TITLE + "none", tracker)
        buttons.append({"title": none, "payload": policy.NONE_OF_THESE})
        dispatcher.utter_message(response="utter_did_you_mean", buttons=buttons)
        return []


class OutOfScope(Action):
    """Says kindly what the bot is there for, and offers the page that comes nearest."""

    def name(self) -> str:
        """Return the name in domain.yml."""
        return "action_out_of_scope"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> list[dict[str, Any]]:
        """Say so."""
        chance = (tracker.latest_message.get("intent") or {}).get("confidence", 0.0)
        pages = faq.possible(tracker)[:1] if chance < _SURELY_FOREIGN else []
        buttons = [faq.button(page) for page in pages]
        dispatcher.utter_message(response="utter_out_of_scope", buttons=buttons)
        return []


def _meanings(tracker: Tracker) -> list[dict[str, str]]:
    """Return buttons for the likeliest intents and pages, likeliest kind first."""
    latest = tracker.latest_message
    ranking = latest.get("intent_ranking") or []
    intents = policy.suggestions(tuple((one["name"], one["confidence"]) for one in ranking))
    best = (latest.get("intent") or {}).get("name")
    pages: list[Answer] = faq.possible(tracker)[:_PAGES]
    # A question for the pages: they come first. Else the intent that was all but understood.
    first = 0 if best == policy.FAQ else 1
    named = [speech.button(intent, tracker) for intent in intents]
    buttons = [*named[:first], *(faq.button(page) for page in pages), *named[first:]]
    return buttons[: policy.MEANINGS_OFFERED]
