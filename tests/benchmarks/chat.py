"""What persistence costs: a chat message stored and broadcast, against only broadcast.

Both go from the lane of the sockets through the channel layer to one member that waits for it.
"""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from statistics import median

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer

from portal import live

MESSAGES = 300
ROUNDS = 5


def main() -> None:
    """Print seconds a message of both, and their ratio."""
    stored, sent = asyncio.run(_measure())
    print(
        f"chat message, stored and broadcast: {stored * 1000:.2f} ms;"
        f" only broadcast: {sent * 1000:.3f} ms; ratio {stored / sent:.1f}"
    )


async def _measure() -> tuple[float, float]:
    """Return the median seconds a message with and without the database, taken in turn."""
    live.bind(asyncio.get_running_loop())
    conversation = await database_sync_to_async(_conversation)()
    group = live.conversation_group(conversation.public_id)
    layer = get_channel_layer()
    member = await layer.new_channel()
    await layer.group_add(group, member)

    async def stored() -> None:
        await database_sync_to_async(_append)(conversation)

    async def sent() -> None:
        await live.asend(group, {"type": "chat.appended", "conversation": group, "seq": 1})

    async def seconds(one: Callable[[], Awaitable[None]]) -> float:
        begin = time.perf_counter()
        for _ in range(MESSAGES):
            await one()
            await layer.receive(member)
        return (time.perf_counter() - begin) / MESSAGES

    rounds = [(await seconds(stored), await seconds(sent)) for _ in range(ROUNDS)]
    return median(a for a, _ in rounds), median(b for _, b in rounds)


def _conversation():
    from bot.models import Conversation

    return Conversation.objects.create(visitor="benchmark")


def _append(conversation) -> None:
    from bot import conversations

    conversations.append(
        conversation, author="customer", text="注文はどこですか", client_id=uuid.uuid4()
    )
