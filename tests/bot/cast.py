"""What the chat's tests talk about: orders, conversations, and somebody who asks."""

import uuid
from typing import Any

from django.utils import timezone

from bot import conversations, dialogue
from bot.models import ChatMessage, Conversation
from orders.models import Order, OrderLine
from portal.customers.models import Customer


def an_order(customer: Customer, number: str, *, status: str = "received") -> Order:
    """An order of one sencha for 1,980 yen."""
    order = Order.objects.create(
        customer=customer,
        number=number,
        shop_id=f"shop-{number}",
        status=status,
        placed_at=timezone.now(),
        snapshot_at=timezone.now(),
        currency="JPY",
        total=1980,
    )
    OrderLine.objects.create(
        order=order,
        shop_id="1",
        sku="SEN-100",
        title="煎茶",
        unit_price=1980,
        amount=1980,
        original=1,
        total=1,
    )
    return order


def a_conversation(customer: Customer | None = None, **fields: Any) -> Conversation:
    """A stored conversation, of a visitor if not of a customer."""
    visitor = "" if customer else "visitor-1"
    return Conversation.objects.create(customer=customer, **{"visitor": visitor, **fields})


def says(conversation: Conversation, text: str) -> ChatMessage:
    """The customer says something and the bot answers; returns the answer."""
    message = dialogue.take(conversation, client_id=uuid.uuid4(), text=text).message
    dialogue.turn_now(message)
    return conversation.messages.get(answers=message)


def presses(conversation: Conversation, payload: str) -> ChatMessage:
    """The customer presses a button and the bot answers; returns the answer."""
    message = dialogue.press(conversation, client_id=uuid.uuid4(), payload=payload).message
    dialogue.turn_now(message)
    return conversation.messages.get(answers=message)


def of(conversation: Conversation) -> Conversation:
    """The conversation as it is now."""
    return Conversation.objects.get(pk=conversation.pk)


def owner_of(customer: Customer | None, visitor: str = "visitor-1") -> conversations.Member:
    """The member behind a conversation."""
    return conversations.Member(visitor, customer)
