"""In doubt: did you mean one of these?"""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot import policy
from bot.actions import speech


class DefaultFallback(Action):
    """Offers the three likeliest meanings, none of these, and a person."""

    def name(self) -> str:
        """Return Rasa's own name for it."""
        return "action_default_fallback"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> list[dict[str, Any]]:
        """Offer."""
        ranking = tracker.latest_message.get("intent_ranking") or []
        intents = policy.suggestions(tuple((one["name"], one["confidence"]) for one in ranking))
        buttons = [speech.button(intent, tracker) for intent in intents]
        none = speech.title(policy.BUTTON_TITLE + "none", tracker)
        buttons.append({"title": none, "payload": policy.NONE_OF_THESE})
        dispatcher.utter_message(response="utter_did_you_mean", buttons=buttons)
        return []
