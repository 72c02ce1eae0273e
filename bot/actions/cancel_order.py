"""Cancelling an order with a yes: the form's questions and checks, and the deed."""

from typing import Any

from django.utils.translation import gettext as _
from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import ActiveLoop, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.actions import speech
from bot.actions.order_status import contents, find
from bot.understanding.meaning import payload
from orders import eligibility, services
from orders.models import Order
from portal.customers.models import Customer
from portal.shop import formats

Messages = list[dict[str, Any]]


class ValidateCancelOrderForm(FormValidationAction):
    """Checks what the form is told: that it is the customer's own order and can be cancelled."""

    def name(self) -> str:
        """Return the name in domain.yml."""
        return "validate_cancel_order_form"

    async def validate_email_proven(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> dict[str, Any]:
        """Believe the conversation's customer only, never what a slot says."""
        customer = await speech.ask(tracker, speech.customer_of, tracker)
        return {"email_proven": True if customer else None}

    async def validate_order_number(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> dict[str, Any]:
        """Take an order that can be cancelled; say why another can not."""
        customer = await speech.ask(tracker, speech.customer_of, tracker)
        if customer is None:
            # Asked for first; the number is checked once the e-mail is proven.
            return {"order_number": value}
        order, why = await speech.ask(tracker, _judge, customer, str(value))
        if order is None:
            dispatcher.utter_message(text=why)
            return {"order_number": None, "order_summary": None}
        return {"order_number": order.number, "order_summary": why}

    async def validate_confirm(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> dict[str, Any]:
        """Take yes or no."""
        return {"confirm": value if isinstance(value, bool) else None}


def _judge(customer: Customer, number: str) -> tuple[Order | None, str]:
    """Return the order and its summary, or None and why it cannot be cancelled."""
    order = find(customer, number)
    if order is None:
        return None, _("We could not find order %(number)s among yours.") % {"number": number}
    may = eligibility.may_cancel(order)
    return (order, summary(order)) if may.ok else (None, may.text)


def summary(order: Order) -> str:
    """Return an order in words, as the question before cancelling names it."""
    return _("order %(number)s (%(contents)s)") % {
        "number": order.number,
        "contents": contents(order),
    }


class AskEmailProven(Action):
    """Asks to prove the e-mail, inside the chat."""

    def name(self) -> str:
        """Return the name in domain.yml."""
        return "action_ask_email_proven"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> list[dict[str, Any]]:
        """Ask, with a button that takes the matter up again."""
        again = speech.button("cancel_order", tracker, name="utter_button_proven")
        dispatcher.utter_message(response="utter_ask_email_proven", buttons=[again])
        return []


class AskOrderNumber(Action):
    """Asks which order, offering those that can be cancelled."""

    def name(self) -> str:
        """Return the name in domain.yml."""
        return "action_ask_order_number"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> list[dict[str, Any]]:
        """Offer the orders as buttons; without any, say so and leave the form."""
        offered = await speech.ask(tracker, _offers, tracker)
        if offered:
            dispatcher.utter_message(response="utter_ask_order_number", buttons=offered)
            return []
        none = await speech.ask(tracker, _none_left)
        person = speech.button("talk_to_person", tracker)
        status = speech.button("order_status", tracker)
        dispatcher.utter_message(text=none, buttons=[status, person])
        return [ActiveLoop(None), SlotSet("requested_slot", None)]


def _offers(tracker: Tracker) -> Messages:
    customer = speech.customer_of(tracker)
    orders = services.latest(customer, limit=10) if customer else []
    return [
        {
            "title": _("Order %(number)s") % {"number": order.number},
            "payload": payload("cancel_order", order_number=order.number),
        }
        for order in orders
        if eligibility.may_cancel(order).ok
    ][:4]


def _none_left() -> str:
    return _("None of your orders can be cancelled any more: they have left us or are cancelled.")


class CancelOrder(Action):
    """Cancels after a yes, through the one function the order page uses as well."""

    def name(self) -> str:
        """Return the name in domain.yml."""
        return "action_cancel_order"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> list[dict[str, Any]]:
        """Cancel, or say that it stays; the form's answers are forgotten."""
        if tracker.slots.get("confirm") is True:
            dispatcher.utter_message(text=await speech.ask(tracker, _cancel, tracker))
        else:
            dispatcher.utter_message(response="utter_form_stopped")
        return [SlotSet(slot, None) for slot in ("order_number", "order_summary", "confirm")]


def _cancel(tracker: Tracker) -> str:
    customer = speech.customer_of(tracker)
    order = customer and find(customer, str(tracker.slots.get("order_number")))
    if not customer or not order:
        return _("We could not find that order. Nothing was cancelled.")
    try:
        asked = services.cancel(order, by=customer, channel="chat")
    except services.NotPossible as no:
        return no.eligibility.text
    words = {
        "number": order.number,
        "refund": formats.money(asked.refund_preview, order.currency),
    }
    return (
        _(
            "We have asked the shop to cancel order %(number)s. %(refund)s goes back to you."
            " You get a message as soon as it is confirmed."
        )
        % words
    )
