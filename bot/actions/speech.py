"""What all actions share: the language they speak, buttons, and asking the database."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import close_old_connections, connection
from django.utils import translation
from rasa_sdk import Tracker

from bot.models import Conversation
from bot.policy import BUTTON_TITLE
from bot.understanding import rasa_files
from bot.understanding.meaning import payload
from portal.customers.models import Customer

Result = TypeVar("Result")


def language_of(tracker: Tracker) -> str:
    """Return the language to speak, "ja" or "en"."""
    return "en" if tracker.slots.get("language") == "en" else "ja"


async def ask(tracker: Tracker, work: Callable[..., Result], *args: Any) -> Result:
    """Do synchronous work (database, texts) in its thread, in the tracker's language."""

    def translated() -> Result:
        # Served apart, nobody else drops a connection the database has closed; within a turn's
        # transaction it must stay.
        if not connection.in_atomic_block:
            close_old_connections()
        with translation.override(language_of(tracker)):
            return work(*args)

    return await sync_to_async(translated)()


def customer_of(tracker: Tracker) -> Customer | None:
    """Return the customer the conversation has been proven to be; None without a conversation.

    The sender of a tracker is the public id of our conversation; any other sender is a stranger.
    """
    row = conversation_of(tracker)
    return row.customer if row else None


def conversation_of(tracker: Tracker) -> Conversation | None:
    """Return our conversation behind the tracker, if there is one."""
    public_id = _uuid(tracker)
    if public_id is None:
        return None
    return Conversation.objects.select_related("customer").filter(public_id=public_id).first()


def _uuid(tracker: Tracker) -> UUID | None:
    try:
        return UUID(str(tracker.sender_id))
    except ValueError:
        return None


def title(name: str, tracker: Tracker) -> str:
    """Return the text of a response that serves as a button's title."""
    return rasa_files.domain().response(name, language_of(tracker)).text


def button(intent: str, tracker: Tracker, *, name: str = "", **slots: str) -> dict[str, str]:
    """Return a button that means ``intent``, titled by response ``name`` or by the intent's own."""
    words = title(name or BUTTON_TITLE + intent, tracker)
    return {"title": words, "payload": payload(intent, **slots)}
