"""Channels' communicator with more patience: a busy machine is slow, not wrong."""

from typing import Any

from channels.testing import WebsocketCommunicator

# Seconds; fewer than between two signs of life, which would keep a reader waiting for ever.
PATIENCE = 15.0


class Communicator(WebsocketCommunicator):
    """A browser at a socket that waits ``PATIENCE`` seconds where Channels waits one."""

    async def connect(self, timeout: float = PATIENCE) -> tuple[bool, Any]:
        """Open the socket; return whether it was accepted, and the protocol or close code."""
        accepted: tuple[bool, Any] = await super().connect(timeout)
        return accepted

    async def receive_output(self, timeout: float = PATIENCE) -> dict[str, Any]:
        """Return the server's next event."""
        event: dict[str, Any] = await super().receive_output(timeout)
        return event

    async def receive_json_from(self, timeout: float = PATIENCE) -> Any:
        """Return the server's next frame, read."""
        return await super().receive_json_from(timeout)

    async def disconnect(self, code: int = 1000, timeout: float = PATIENCE) -> None:
        """Hang up."""
        await super().disconnect(code, timeout)
