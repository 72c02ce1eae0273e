"""A portal that may be killed at any moment, and browsers that go on talking to it."""

import asyncio
import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tests.faults.databases import database_url
from tests.harness import services

PATIENCE = 60


class Served:
    """The portal in a process of its own, on one port through all its lives."""

    def __init__(self, folder: Path) -> None:
        self.port = services.free_port()
        self._known = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHONPATH": str(settings.BASE_DIR),
            "DJANGO_SETTINGS_MODULE": "tests.faults.production",
            "TEST_FOLDER": str(folder),
            "DEBUG": "1",
            "LOG_LEVEL": "WARNING",
            "PORT": str(self.port),
            "DATABASE_URL": database_url(),
            "REDIS_URL": settings.REDIS_URL,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def origin(self) -> str:
        """Where its pages are."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def process(self) -> int:
        """The id of its process."""
        assert self._process
        return self._process.pid

    def start(self, *, dies: str = "") -> None:
        """Start it and wait for it; ``dies`` names the point at which it kills itself."""
        command = [sys.executable, "-m", "tests.faults.dying", dies]
        self._process = subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=self._known, start_new_session=True
        )
        assert services.wait_for_port(self.port, seconds=PATIENCE)

    def kill(self) -> None:
        """End it as a power cut does."""
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(PATIENCE)

    def died(self) -> int:
        """Wait until it has ended by itself and return its exit code."""
        assert self._process
        return self._process.wait(PATIENCE)


@contextlib.contextmanager
def served(folder: Path) -> Iterator[Served]:
    """A portal that is gone afterwards, however it was left."""
    portal = Served(folder)
    try:
        yield portal
    finally:
        portal.kill()


class Member:
    """A browser as the contract has it: says one thing after the other until it is echoed."""

    def __init__(self, portal: Served, *, token: str | None = None) -> None:
        self.portal = portal
        self.token = token
        self.conversation: str | None = None
        self.heard: list[dict[str, Any]] = []
        self.acknowledged: set[str] = set()
        self.lines = 0
        self._unsaid: dict[str, str] = {}
        self._line: ClientConnection | None = None
        self._news = asyncio.Event()
        self.welcomed = asyncio.Event()

    @property
    def last(self) -> int:
        """The newest seq here."""
        return int(self.heard[-1]["seq"]) if self.heard else 0

    async def live(self) -> None:
        """Come back after each drop, until cancelled."""
        for pause in itertools.cycle((0.05, 0.1, 0.2)):
            with contextlib.suppress(OSError, WebSocketException, TimeoutError):
                address = f"ws://127.0.0.1:{self.portal.port}/ws/chat/"
                async with connect(
                    address, origin=self.portal.origin, open_timeout=5, max_size=None
                ) as self._line:
                    await self._talk()
            self._line = None
            self.welcomed.clear()
            await asyncio.sleep(pause)

    async def _talk(self) -> None:
        assert self._line
        hello = {"conversation": self.conversation, "after": self.last, "visitor": self.token}
        await self._line.send(
            json.dumps({"type": "hello", "language": "ja", "page": None, **hello})
        )
        async for text in self._line:
            frame = json.loads(text)
            if frame["type"] == "welcome":
                self.token, self.conversation = frame["visitor"], frame["conversation"]
                self.lines += 1
                for message in frame["messages"]:
                    self._hear(message)
                self.welcomed.set()
                for frame_id in list(self._unsaid):
                    await self._send(frame_id)
            elif frame["type"] == "message":
                self._hear(frame)

    def _hear(self, message: dict[str, Any]) -> None:
        if message["id"] in self._unsaid:
            del self._unsaid[message["id"]]
            self.acknowledged.add(message["id"])
        # A repeated echo is no new message; everything else must come once and in order.
        if not (message["seq"] <= self.last and message["author"] == "customer"):
            self.heard.append(message)
        self._news.set()

    async def _send(self, frame_id: str) -> None:
        frame = {"type": "say", "id": frame_id, "text": self._unsaid[frame_id]}
        if self._line and self.welcomed.is_set():
            with contextlib.suppress(OSError, WebSocketException):
                await self._line.send(json.dumps(frame))

    async def say(self, text: str, frame_id: str | None = None) -> str:
        """Say something and wait for its echo, over as many lines as it takes."""
        frame_id = frame_id or str(uuid.uuid4())
        self._unsaid[frame_id] = text
        await self._send(frame_id)
        await self.until(lambda: frame_id not in self._unsaid)
        return frame_id

    async def until(self, true: Any) -> None:
        """Wait until ``true()`` holds after something was heard."""
        async with asyncio.timeout(PATIENCE):
            while not true():
                self._news.clear()
                await self._news.wait()


@contextlib.asynccontextmanager
async def living(*members: Member) -> Any:
    """Members at their browsers, until the block ends."""
    tasks = [asyncio.create_task(member.live()) for member in members]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
