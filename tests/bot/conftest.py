"""Somebody at a chat socket, spoken to as the contract says."""

import contextlib
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator
from django.conf import settings

from portal.asgi import application


class Chatter(WebsocketCommunicator):
    """A browser at the chat socket: says frames, hears frames."""

    def __init__(self, path: str = "/ws/chat/", *, origin: str | None = "", cookie: str = ""):
        origin = settings.CHAT_ORIGINS[0] if origin == "" else origin
        headers = [(b"origin", origin.encode("latin-1"))] if origin is not None else []
        if cookie:
            headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode()))
        super().__init__(application, path, headers=headers)
        self.token: str | None = None
        self.conversation: str | None = None
        self.welcome: dict[str, Any] = {}

    async def hello(self, **fields: Any) -> dict[str, Any]:
        """Say hello and return the welcome."""
        frame = {"conversation": None, "after": 0, "language": "ja", "visitor": self.token}
        await self.send_json_to({"type": "hello", "page": None, **frame, **fields})
        self.welcome = await self.until("welcome")
        self.token = self.welcome["visitor"]
        self.conversation = self.welcome["conversation"]
        return self.welcome

    async def say(self, text: str, frame_id: str | None = None) -> str:
        """Say something; returns its id."""
        frame_id = frame_id or str(uuid.uuid4())
        await self.send_json_to({"type": "say", "id": frame_id, "text": text})
        return frame_id

    async def press(self, payload: str, frame_id: str | None = None) -> str:
        """Press a button; returns the frame's id."""
        frame_id = frame_id or str(uuid.uuid4())
        await self.send_json_to({"type": "press", "id": frame_id, "payload": payload})
        return frame_id

    async def until(self, kind: str, timeout: float = 5, **fields: Any) -> dict[str, Any]:
        """Read on to the first frame of ``kind`` with ``fields``, and return it."""
        while True:
            frame = await self.receive_json_from(timeout)
            if frame["type"] == kind and all(frame.get(k) == v for k, v in fields.items()):
                return frame

    async def heard(self, timeout: float = 5, **fields: Any) -> dict[str, Any]:
        """Return the next message with ``fields``."""
        return await self.until("message", timeout, **fields)

    async def closed(self, timeout: float = 5) -> int:
        """Read on until the server closes, and return the code."""
        while True:
            event = await self.receive_output(timeout)
            if event["type"] == "websocket.close":
                return int(event["code"])


@pytest.fixture
async def chat(transactional_db) -> Any:
    """Open chat sockets: `await chat()` gives one; all are closed in the end."""
    async with contextlib.AsyncExitStack() as stack:

        async def opened(**options: Any) -> Chatter:
            chatter = Chatter(**options)
            accepted, _ = await chatter.connect()
            assert accepted
            stack.push_async_callback(_hang_up, chatter)
            return chatter

        yield opened


async def _hang_up(chatter: Chatter) -> None:
    with contextlib.suppress(BaseException):
        await chatter.disconnect()


Opener = Callable[..., Any]
