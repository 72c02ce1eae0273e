"""To a person: the queue, with the hours said."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rasa_sdk import Action, Tracker
from rasa_sdk.events import ConversationPaused
from rasa_sdk.executor import CollectingDispatcher

from bot.actions import speech
from portal.shop import hours


class HandOver(Action):
    """Says that a person comes and when, and falls silent."""

    def name(self) -> str:
        """Return the name in domain.yml."""
        return "action_hand_over"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> list[dict[str, Any]]:
        """Say so; the pause is what puts the conversation into the queue."""
        row = await speech.ask(tracker, speech.conversation_of, tracker)
        if row and row.is_remote:
            dispatcher.utter_message(**await speech.ask(tracker, _write_to_us))
            return []
        dispatcher.utter_message(text=await speech.ask(tracker, _words))
        return [ConversationPaused()]


def _write_to_us() -> dict[str, Any]:
    """Offer an inquiry where no agent can answer in the chat (Rasa's HTTP API)."""
    link = {"type": "link", "title": _("Write to us"), "url": f"/{get_language()}/cases/new/"}
    text = _("A person answers you by mail. Please leave us your question here.")
    return {"text": text, "json_message": link}


def _words() -> str:
    # A shop that has set no hours is taken to be there.
    if hours.is_open() or hours.next_opening() is None:
        return _("I am getting a person for you. They read what you wrote here and answer soon.")
    return _(
        "I have put you in line for a person. Our hours: %(hours)s. The answer comes right here."
    ) % {"hours": hours.sentence()}
