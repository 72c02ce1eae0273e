"""How the customer found the chat: a press of `/rate{"score": 1..5}` on the `rating` part.

The part is offered by the last message of a conversation; it may be answered once, also after
the end. The rating is the touchpoint `chat.rated`, with the score in its data.
"""

import json
import uuid

from django.db import transaction

from bot import conversations, dialogue
from bot.conversations import Appended
from bot.models import Author, Conversation
from portal.customers import timeline

_PREFIX = "/rate"
_BEST = 5


def is_rating(payload: str) -> bool:
    """Tell whether a pressed payload is a rating."""
    return payload.startswith(_PREFIX)


@transaction.atomic
def rate(conversation: Conversation, *, client_id: uuid.UUID | None, payload: str) -> Appended:
    """Store a rating as a message and record it.

    Raises dialogue.NotOffered if the last message asks for none or the score is not 1 to 5.
    """
    stored = conversations.stored(conversation, client_id)
    if stored:
        return stored
    score = _score(payload)
    asked = conversation.messages.order_by("-seq").first()
    if not asked or not any(part["type"] == "rating" for part in asked.parts):
        raise dialogue.NotOffered
    appended = conversations.append(
        conversation,
        author=Author.CUSTOMER,
        text="★" * score + "☆" * (_BEST - score),
        client_id=client_id,
        owners=(Conversation.CLOSED,),
        payload=payload,
    )
    timeline.record(
        "chat.rated",
        channel="chat",
        customer=conversation.customer,
        visitor=conversation.visitor,
        about=conversation,
        data={"conversation": str(conversation.public_id), "score": score},
    )
    return appended


def _score(payload: str) -> int:
    try:
        score = json.loads(payload.removeprefix(_PREFIX))["score"]
    except (ValueError, TypeError, KeyError):
        raise dialogue.NotOffered from None
    if not isinstance(score, int) or isinstance(score, bool) or not 1 <= score <= _BEST:
        raise dialogue.NotOffered
    return score
