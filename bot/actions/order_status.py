"""Where is my order: the one named, or the newest ones as cards."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.actions import speech
from bot.policy import BUTTON_TITLE
from bot.understanding.meaning import payload
from orders import eligibility, sentences, services
from orders.models import Order
from portal.customers.models import Customer


class OrderStatus(Action):
    """Answers who is signed in or has proven their e-mail; asks others to prove it first."""

    def name(self) -> str:
        """Return the name in domain.yml."""
        return "action_order_status"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> list[dict[str, Any]]:
        """Say where the order is."""
        customer = await speech.ask(tracker, speech.customer_of, tracker)
        named = next(tracker.get_latest_entity_values("order_number"), None)
        if customer is None:
            about = {"order_number": str(named)} if named else {}
            proven = speech.button("order_status", tracker, name="utter_button_proven", **about)
            dispatcher.utter_message(response="utter_ask_email_proven", buttons=[proven])
        else:
            work = (_one, customer, str(named), tracker) if named else (_newest, customer, tracker)
            for message in await speech.ask(tracker, *work):
                dispatcher.utter_message(**message)
        return []


def _newest(customer: Customer, tracker: Tracker) -> list[dict[str, Any]]:
    orders = services.latest(customer)
    if not orders:
        text = _("We have no order under your e-mail address. Did you use another one?")
        return [{"text": text, "buttons": [speech.button("talk_to_person", tracker)]}]
    if len(orders) == 1:
        return _cards(orders, sentences.where_is(orders[0]), tracker)
    return _cards(orders, _("Your newest orders:"), tracker)


def _one(customer: Customer, number: str, tracker: Tracker) -> list[dict[str, Any]]:
    order = find(customer, number)
    if order:
        return _cards([order], sentences.where_is(order), tracker)
    text = _("We could not find order %(number)s among yours.") % {"number": number}
    newest = services.latest(customer)
    return _cards(newest, text, tracker) if newest else [{"text": text}]


def find(customer: Customer, number: str) -> Order | None:
    """Return the customer's own order with this number, however it is written."""
    return Order.objects.of(customer).whole().filter(number__iexact=number.strip()).first()


def _cards(orders: list[Order], text: str, tracker: Tracker) -> list[dict[str, Any]]:
    cards = [card(order, tracker) for order in orders]
    return [{"text": text, "json_message": {"type": "cards", "cards": cards}}]


def card(order: Order, tracker: Tracker) -> dict[str, Any]:
    """Return an order as a card: what it is, where it is, and what may be done."""
    buttons = []
    if eligibility.may_cancel(order).ok:
        cancel = speech.title(BUTTON_TITLE + "cancel_order", tracker)
        buttons.append(
            {"title": cancel, "payload": payload("cancel_order", order_number=order.number)}
        )
    return {
        "title": _("Order %(number)s") % {"number": order.number},
        "text": sentences.where_is(order),
        "image": None,
        "url": f"/{get_language()}/orders/{order.number}/",
        "buttons": buttons,
    }
