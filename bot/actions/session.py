"""The start of a session, and of each turn: what is known before anything is said."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActionExecuted, SessionStarted, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.actions import speech
from portal.shop import services as shop


class SessionStart(Action):
    """Sets the language, the shop's name, and whether the customer has proven their e-mail."""

    def name(self) -> str:
        """Return Rasa's own name for it."""
        return "action_session_start"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> list[dict[str, Any]]:
        """Return the slots; says nothing."""
        name, customer = await speech.ask(tracker, _facts, tracker)
        return [
            SessionStarted(),
            SlotSet("language", speech.language_of(tracker)),
            SlotSet("shop_name", name),
            # Never false: a form would take it for an answer.
            SlotSet("email_proven", True if customer else None),
            ActionExecuted("action_listen"),
        ]


def _facts(tracker: Tracker) -> tuple[str, Any]:
    return shop.current().name, speech.customer_of(tracker)
