"""The live socket `/ws/live/`: tells the open pages of a customer what changed, by name only."""

import asyncio
import contextlib
from typing import Any

from channels.auth import get_user
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from portal import live

SIGNED_OUT = 4401
# Whoever signed out elsewhere is cut off within a minute.
_CHECK_SECONDS = 45


class LiveConsumer(AsyncJsonWebsocketConsumer):
    """Sends {"type": "changed", "what": [name, …]}; listens to nothing."""

    group = ""
    watch: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Join the customer's group; whoever is not signed in is sent away with 4401."""
        await self.accept()
        user = self.scope["user"]
        if not user.is_authenticated:
            await self.close(SIGNED_OUT)
            return
        self.group = live.customer_group(user.pk)
        await self.channel_layer.group_add(self.group, self.channel_name)
        self.watch = asyncio.create_task(self._watch())

    async def disconnect(self, code: int) -> None:
        """Leave the group."""
        if self.watch:
            self.watch.cancel()
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive(self, text_data: str | None = None, **kwargs: Any) -> None:
        """Take no notice of what a page sends: there is nothing to say here."""

    async def changed(self, event: dict[str, Any]) -> None:
        """Pass on what `live.push` sent."""
        await self.send_json({"type": "changed", "what": event["what"]})

    async def _watch(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            while await self._is_signed_in():
                await asyncio.sleep(_CHECK_SECONDS)
            await self.close(SIGNED_OUT)

    async def _is_signed_in(self) -> bool:
        """Ask the session as it is now, not as it was when the socket was opened."""
        old = self.scope["session"]
        fresh = type(old._wrapped if hasattr(old, "_wrapped") else old)(old.session_key)
        user = await get_user({**self.scope, "session": fresh})
        return bool(user.is_authenticated and user.pk == self.scope["user"].pk)
