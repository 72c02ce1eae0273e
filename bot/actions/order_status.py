"""Where is my order: the one named, or the newest ones as cards."""

from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.actions import speech
from bot.policy import BUTTON_TITLE
from bot.understanding.meaning import payload
from orders import eligibility, sentences, services
from orders.models import Order
from portal.customers.models import Customer
from portal.shop import formats


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
        return [_said(orders[0], tracker)]
    cards = [card(order, sentences.where_is(order), tracker) for order in orders]
    return [_cards(cards, _("Your newest orders:"))]


def _one(customer: Customer, number: str, tracker: Tracker) -> list[dict[str, Any]]:
    order = find(customer, number)
    if order:
        return [_said(order, tracker)]
    text = _("We could not find order %(number)s among yours.") % {"number": number}
    newest = services.latest(customer)
    cards = [card(order, sentences.where_is(order), tracker) for order in newest]
    return [_cards(cards, text) if cards else {"text": text}]


def _said(order: Order, tracker: Tracker) -> dict[str, Any]:
    """Say of one order where it is; its card then says what is in it."""
    return _cards([card(order, contents(order), tracker)], sentences.where_is(order))


def find(customer: Customer, number: str) -> Order | None:
    """Return the customer's own order with this number, however it is written."""
    return Order.objects.of(customer).whole().filter(number__iexact=number.strip()).first()


def _cards(cards: list[dict[str, Any]], text: str) -> dict[str, Any]:
    return {"text": text, "json_message": {"type": "cards", "cards": cards}}


def card(order: Order, text: str, tracker: Tracker) -> dict[str, Any]:
    """Return an order as a card, with what may be done."""
    buttons = []
    if eligibility.may_cancel(order).ok:
        cancel = speech.title(BUTTON_TITLE + "cancel_order", tracker)
        buttons.append(
            {"title": cancel, "payload": payload("cancel_order", order_number=order.number)}
        )
    return {
        "title": _("Order %(number)s") % {"number": order.number},
        "text": text,
        "image": None,
        "url": f"/{get_language()}/orders/{order.number}/",
        "buttons": buttons,
    }


def contents(order: Order) -> str:
    """Return what is in an order: the first item, how many more, and the total."""
    titles = [line.title for line in order.lines.all()]
    total = formats.money(order.total, order.currency)
    if not titles:
        return total
    more = len(titles) - 1
    what = titles[0]
    if more:
        what = ngettext(
            "%(first)s and %(more)s other item", "%(first)s and %(more)s other items", more
        ) % {"first": what, "more": more}
    return _("%(what)s, %(total)s") % {"what": what, "total": total}
