"""Somebody at a chat or desk socket, spoken to as the contract says."""

import asyncio
import contextlib
import threading
import uuid
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.test import Client

from bot.engine import lanes
from portal.asgi import application
from tests.harness.sockets import PATIENCE, Communicator


class Chatter(Communicator):
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

    async def until(self, kind: str, timeout: float = PATIENCE, **fields: Any) -> dict[str, Any]:
        """Read on to the first frame of ``kind`` with ``fields``, and return it."""
        while True:
            frame = await self.receive_json_from(timeout)
            if frame["type"] == kind and all(frame.get(k) == v for k, v in fields.items()):
                return frame

    async def heard(self, timeout: float = PATIENCE, **fields: Any) -> dict[str, Any]:
        """Return the next message with ``fields``."""
        return await self.until("message", timeout, **fields)

    async def closed(self, timeout: float = PATIENCE) -> int:
        """Read on until the server closes, and return the code."""
        while True:
            event = await self.receive_output(timeout)
            if event["type"] == "websocket.close":
                return int(event["code"])


class Desk(Chatter):
    """An agent at the desk socket."""

    def __init__(self, **options: Any):
        super().__init__("/ws/desk/", **options)


def session_of(person: Any) -> str:
    """Sign ``person`` in and return the session's key."""
    client = Client()
    client.force_login(person, settings.AUTHENTICATION_BACKENDS[0])
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
async def sockets(transactional_db) -> AsyncIterator[Any]:
    """Open sockets: `await sockets(Chatter)` gives one; all are closed in the end."""
    async with contextlib.AsyncExitStack() as stack:

        async def opened(kind: type[Chatter], **options: Any) -> Chatter:
            chatter = kind(**options)
            accepted, _ = await chatter.connect()
            assert accepted
            stack.push_async_callback(_hang_up, chatter)
            return chatter

        yield opened
    await asyncio.to_thread(_let_end, lanes.ANSWERING)


def _let_end(pool: ThreadPoolExecutor) -> None:
    """Wait until every thread of a pool is free: a turn under way still writes."""
    all_here = threading.Barrier(pool._max_workers + 1)
    for _ in range(pool._max_workers):
        pool.submit(all_here.wait, PATIENCE)
    all_here.wait(PATIENCE)


async def _hang_up(chatter: Chatter) -> None:
    with contextlib.suppress(BaseException):
        await chatter.disconnect()


@pytest.fixture
def chat(sockets) -> Any:
    """Open chat sockets: `await chat()`, `await chat(person=alice)` signed in."""

    async def opened(person: Any = None, **options: Any) -> Chatter:
        cookie = await sync_to_async(session_of)(person) if person else ""
        return await sockets(Chatter, cookie=cookie, **options)

    return opened


@pytest.fixture
def desk(sockets) -> Any:
    """Open desk sockets: `await desk(aki)` is an agent who has said hello."""

    async def opened(person: Any, **hello: Any) -> Desk:
        agent = await sockets(Desk, cookie=await sync_to_async(session_of)(person))
        await agent.send_json_to({"type": "hello", "open": [], **hello})
        return agent

    return opened
