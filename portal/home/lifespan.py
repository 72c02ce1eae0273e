"""ASGI lifespan: at start-up the ground learns which loop serves the sockets, the bot wakes."""

import asyncio
from typing import Any

from bot import dialogue
from bot.engine import lanes
from portal import live


async def lifespan(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer the server's start-up and shutdown (ASGI specification, "Lifespan protocol")."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            live.bind(asyncio.get_running_loop())
            # Meanwhile, so that neither the start nor the first customer waits for the model.
            lanes.UNDERSTANDING.submit(dialogue.warm)
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            live.bind(None)
            await send({"type": "lifespan.shutdown.complete"})
            return
