"""Telling open pages that something changed: the only code that touches the channel layer.

What goes through `push` are names of what changed, never content; pages fetch their own partials.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from portal import logs

log = logging.getLogger(__name__)

DESK = "desk"

# The loop the sockets of this process live on. A group_send from any other thread sat 3.5 s in
# the in-memory layer until the loop happened to wake (DESIGN §9), so it is handed to the loop.
_loop: asyncio.AbstractEventLoop | None = None


def bind(loop: asyncio.AbstractEventLoop | None) -> None:
    """Remember the loop that serves this process's sockets; None when it stops."""
    global _loop
    _loop = loop


def customer_group(customer: int) -> str:
    """Return the group of all open pages of the customer with this primary key."""
    return f"customer.{customer}"


def visitor_group(visitor: str) -> str:
    """Return the group of all open pages of a visitor key."""
    return f"visitor.{visitor}"


def conversation_group(public_id: object) -> str:
    """Return the group of a conversation's members by its public id (a UUID)."""
    return f"conversation.{public_id}"


def push(group: str, what: Sequence[str]) -> None:
    """Tell the pages of ``group`` the names of what changed (`order.A1`, `history`, `bell`)."""
    send(group, {"type": "changed", "what": list(what)})


def send(group: str, event: dict[str, Any]) -> None:
    """Send a channel-layer event to ``group`` from any thread; never raises, never blocks long.

    The database is the truth and this only a doorbell: a lost event is caught up on reconnect,
    so a layer that is out of reach is logged and survived.
    """
    try:
        _send(group, event)
    except Exception as error:
        _lost(error, event)


async def asend(group: str, event: dict[str, Any]) -> None:
    """Do as `send` does, from a coroutine on the sockets' own loop."""
    try:
        await get_channel_layer().group_send(group, event)
    except Exception as error:
        _lost(error, event)


def _lost(error: Exception, event: dict[str, Any]) -> None:
    logs.failure(log, "live.lost", error, level=logging.WARNING, event_type=event.get("type"))


def _send(group: str, event: dict[str, Any]) -> None:
    layer = get_channel_layer()
    try:
        here: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
    except RuntimeError:
        here = None
    serving = _loop if _loop is not None and _loop.is_running() else here
    if serving is None:
        async_to_sync(layer.group_send)(group, event)
    elif serving is here:
        task = here.create_task(asend(group, event))
        _underway.add(task)
        task.add_done_callback(_underway.discard)
    else:
        asyncio.run_coroutine_threadsafe(asend(group, event), serving)


# asyncio keeps only weak references to tasks: without this one could vanish half-way.
_underway: set[asyncio.Task[None]] = set()
