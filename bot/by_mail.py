"""Out of the chat into a case: the answer comes by mail, under a number."""

import uuid

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from bot import conversations, handoff
from bot.conversations import Appended
from bot.models import Author, Conversation
from orders.models import Order
from portal.cases import services as cases
from portal.cases.models import Case, Topic
from portal.customers.kinds import Channel
from portal.customers.models import Customer

# Remembered until the address is proven: a case belongs to a customer, never to a typed address.
_WANTED = "mail_me"
_TOPICS = {
    "order_status": Topic.ORDER,
    "cancel_order": Topic.ORDER,
    "change_address": Topic.ORDER,
    "delivery_time": Topic.ORDER,
    "return_order": Topic.RETURN,
    "payment_methods": Topic.PAYMENT,
}
_BODY_AT_MOST = 5000
# Marks the wish itself, which is no part of the question.
_PAYLOAD = "/mail_me"


@transaction.atomic
def ask(conversation: Conversation, *, client_id: uuid.UUID | None) -> Appended:
    """Store that the customer wants the answer by mail, and open a case or ask for the address.

    While an agent has the chat, the agent reads it and decides. Raises conversations.Closed.
    """
    with translation.override(conversation.language):
        text = _("Please answer me by mail.")
    appended = conversations.append(
        conversation,
        author=Author.CUSTOMER,
        text=text,
        client_id=client_id,
        payload=_PAYLOAD,
        heard_in=None,
    )
    row = Conversation.objects.select_related("customer").get(pk=conversation.pk)
    if appended.is_new and row.owner != Conversation.AGENT:
        if row.customer:
            into_case(row)
        else:
            _ask_address(row)
    return appended


def go_on(conversation: Conversation) -> bool:
    """Open the case that waited for the address to be proven; False if none did."""
    if not conversation.slots.get(_WANTED) or conversation.owner == Conversation.AGENT:
        return False
    if conversation.owner == Conversation.CLOSED or conversation.customer is None:
        return False
    into_case(conversation)
    return True


@transaction.atomic
def into_case(conversation: Conversation, *, agent: Customer | None = None) -> Case:
    """Open a case with what the customer said, and end the chat with its number.

    ``agent`` is who decides it, None if the customer does. Raises WrongMove if the chat is not
    this agent's, conversations.Closed if it has ended.
    """
    customer = conversation.customer
    assert customer is not None
    rows = conversation.messages.filter(author=Author.CUSTOMER, payload="")
    said = list(rows.values_list("text", flat=True))
    case = cases.open_case(
        customer,
        # Of what was said the longest tells most.
        subject=max(said, key=len, default=_("Chat")),
        body="\n".join(said)[:_BODY_AT_MOST],
        topic=_topic(conversation),
        channel=Channel.CHAT,
        order=_order(conversation, customer),
        actor=agent,
    )
    handoff.close(conversation, outcome="case", agent=agent, case=case)
    return case


def _topic(conversation: Conversation) -> str:
    answered = conversation.messages.filter(author=Author.BOT).exclude(intent="").order_by("-seq")
    intents = answered.values_list("intent", flat=True)
    return next((_TOPICS[intent] for intent in intents if intent in _TOPICS), Topic.OTHER)


def _order(conversation: Conversation, customer: Customer) -> Order | None:
    number = conversation.slots.get("order_number") or ""
    return Order.objects.of(customer).filter(number__iexact=number).first()


def _ask_address(conversation: Conversation) -> None:
    slots = {**conversation.slots, _WANTED: True}
    Conversation.objects.filter(pk=conversation.pk).update(slots=slots)
    with translation.override(conversation.language):
        text = _("Where may we write to? Please enter your e-mail address below and the code.")
    conversations.append(
        conversation,
        author=Author.SYSTEM,
        text=text,
        parts=[{"type": "prove_email"}],
        source="by_mail",
    )
