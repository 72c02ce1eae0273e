"""Questions the FAQ pages answer, and returns, which they explain."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.actions import speech
from bot.policy import FAQ
from bot.understanding import rasa_files
from bot.understanding.meaning import payload
from cms.answers import Answer, find_answers, the_page

# What an editor may offer beside an FAQ, as the bot's own intents.
_RELATED = {
    "track_order": "order_status",
    "cancel_order": "cancel_order",
    "talk_to_person": "talk_to_person",
}
_PAGE = "faq_page"  # the entity by which a button names a page


class AnswerFaq(Action):
    """Gives the short answer of the page that fits, and a link to all of it."""

    def name(self) -> str:
        """Return the name in domain.yml."""
        return "action_answer_faq"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> list[dict[str, Any]]:
        """Answer, or say that no page does."""
        answer = await speech.ask(tracker, _find, tracker)
        if answer is None:
            dispatcher.utter_message(response="utter_no_answer", source="faq:none")
        else:
            dispatcher.utter_message(**_message(answer, tracker))
        return []


class ReturnOrder(AnswerFaq):
    """Explains returning, exchanging, refunds: the FAQ page on it, and where the orders are."""

    def name(self) -> str:
        """Return the name in domain.yml."""
        return "action_return_order"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> list[dict[str, Any]]:
        """Explain, and offer the orders and a person."""
        answer = await speech.ask(tracker, _on_returns, tracker)
        if answer:
            dispatcher.utter_message(**_message(answer, tracker))
        text, link = await speech.ask(tracker, _to_orders)
        person = speech.button("talk_to_person", tracker)
        text = "" if answer else text
        dispatcher.utter_message(text=text, json_message=link, buttons=[person])
        return []


def _to_orders() -> tuple[str, dict[str, Any]]:
    text = _("Tell us which order you want to send back: a person helps you with it.")
    return text, {"type": "link", "title": _("Your orders"), "url": f"/{get_language()}/orders/"}


def _find(tracker: Tracker) -> Answer | None:
    """Return the page a button names, or that for the customer's own words.

    Else the page for the plainest wording of the intent.
    """
    language = speech.language_of(tracker)
    named = next((e["value"] for e in _entities(tracker) if e["entity"] == _PAGE), "")
    if named:
        return the_page(int(named), language) if named.isdecimal() else None
    found = _best(tracker)
    if found and found.confident:
        return found
    intent = (tracker.latest_message.get("intent") or {}).get("name", "")
    return _plainest(intent, language)


def _on_returns(tracker: Tracker) -> Answer | None:
    """Return the page for the customer's own words (broken, refund, how long), else how to return.

    Returning is the matter in any case, so another page must be likelier than usual.
    """
    found = _best(tracker)
    if found and found.likely:
        return found
    return _plainest("return_order", speech.language_of(tracker))


def _best(tracker: Tracker) -> Answer | None:
    """Return the page that fits the customer's own words best, if they share any."""
    text = str(tracker.latest_message.get("text") or "")
    found = _searched(tracker)
    if not found and text:
        found = find_answers(text, speech.language_of(tracker))
    return found[0] if found else None


def _entities(tracker: Tracker) -> list[dict[str, Any]]:
    return tracker.latest_message.get("entities") or []


def possible(tracker: Tracker) -> list[Answer]:
    """Return the pages found for the message that are worth offering, best first."""
    return [answer for answer in _searched(tracker) if answer.possible]


def button(page: Answer) -> dict[str, str]:
    """Return a button that asks for a page."""
    return {"title": page.title, "payload": payload(FAQ, **{_PAGE: str(page.page_id)})}


def _searched(tracker: Tracker) -> list[Answer]:
    """Return what was found for the message before the turn began, if it was searched then."""
    known = (tracker.latest_message.get("metadata") or {}).get("answers") or []
    return [Answer(**{**answer, "actions": tuple(answer["actions"])}) for answer in known]


def _plainest(intent: str, language: str) -> Answer | None:
    wording = rasa_files.plainest(intent, language) if intent else None
    found = find_answers(wording, language) if wording and intent != "ask_faq" else []
    return found[0] if found and found[0].confident else None


def _message(answer: Answer, tracker: Tracker) -> dict[str, Any]:
    related = [_RELATED[name] for name in answer.actions if name in _RELATED]
    return {
        "text": answer.short_answer,
        "json_message": {"type": "link", "title": answer.title, "url": answer.url},
        "buttons": [speech.button(intent, tracker) for intent in related],
        "source": f"faq:{answer.page_id}",
    }
