"""The manners of a socket that speaks in frames: limits, errors and close codes (DESIGN §8)."""

import asyncio
import json
import logging
from contextlib import suppress
from typing import Any, ClassVar

from channels.db import database_sync_to_async
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.utils import translation

from bot import frames
from bot.engine.bucket import Bucket, Strikes
from bot.frames import Frame, Refused
from portal import logs

log = logging.getLogger(__name__)

BAD_FRAMES = 4400
TOO_SLOW = 4408
TOO_MANY = 4429
TOO_BIG = 1009
# Seconds within which a reader must take a frame, and between two signs of life from us.
PATIENCE = 20.0
HEARTBEAT = 20.0


class FrameSocket(AsyncWebsocketConsumer):
    """Reads frames, hands each to `on_<type>`, answers refusals, and lets no exception out."""

    known: ClassVar[dict[str, tuple[str, ...]]] = {}
    # Dropped without a word when they come too fast.
    silent: ClassVar[tuple[str, ...]] = ("typing", "seen")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language = settings.LANGUAGE_CODE
        self.bucket, self.bad, self.refused = Bucket(), Strikes(20), Strikes(50)
        self._heart: asyncio.Task[None] | None = None
        self._farewell: asyncio.Task[None] | None = None
        self.gone = False

    async def connect(self) -> None:
        """Accept, and begin to beat."""
        await self.accept()
        self._heart = asyncio.create_task(self._beat())

    async def disconnect(self, code: int) -> None:
        """Stop beating."""
        self.gone = True
        for task in (self._heart, self._farewell):
            if task:
                task.cancel()

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Do as Channels does, but survive whatever goes wrong."""
        try:
            await super().dispatch(message)
        except StopConsumer:
            raise
        except Exception as error:
            await self.fail(error)
            if message["type"] == "websocket.disconnect":
                raise StopConsumer from None

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take one frame from the client."""
        if self.gone:
            return
        if _is_too_big(text_data, bytes_data):
            return await self.leave(TOO_BIG)
        in_time = self.bucket.take()
        try:
            frame = frames.parse(text_data, self.known)
            if in_time:
                await self.take(frame)
            elif frame.type not in self.silent:
                raise Refused("too_fast", frame.id)
        except Refused as refusal:
            # What cannot be read is counted as such, however fast it comes.
            late = not in_time and refusal.code != "bad_frame"
            await self.refuse(Refused("too_fast", refusal.frame_id) if late else refusal)

    async def take(self, frame: Frame) -> None:
        """Hand a frame to its method; what goes wrong there is the client's `unavailable`."""
        try:
            await getattr(self, f"on_{frame.type}")(frame)
        except (Refused, StopConsumer):
            raise
        except Exception as error:
            await self.fail(error, frame)

    async def refuse(self, refusal: Refused) -> None:
        """Answer a refused frame; who keeps on is shown out."""
        await self.say(self.error_frame(refusal.code, refusal.frame_id))
        if refusal.code == "bad_frame" and self.bad.strike():
            await self.leave(BAD_FRAMES)
        elif refusal.code == "too_fast" and self.refused.strike():
            await self.leave(TOO_MANY)

    def error_frame(self, code: str, frame_id: Any = None) -> dict[str, Any]:
        """Return an error frame in the socket's language."""
        with translation.override(self.language):
            return frames.error(code, frame_id)

    async def fail(self, error: Exception, frame: Frame | None = None) -> None:
        """Log where it went wrong, without what was said, and tell the client."""
        logs.failure(log, "socket.failed", error)
        with suppress(Exception):
            await self.say(self.error_frame("unavailable", frame.id if frame else None))

    async def say(self, frame: dict[str, Any]) -> None:
        """Send a frame; a reader who does not take it in time is left."""
        if self.gone:
            return
        try:
            text = json.dumps(frame, ensure_ascii=False)
            await asyncio.wait_for(self.send(text_data=text), PATIENCE)
        except TimeoutError:
            await self.leave(TOO_SLOW)
        except Exception:
            # Whoever hung up meanwhile is not an error of ours; the disconnect follows.
            self.gone = True

    async def leave(self, code: int) -> None:
        """Close from our side; no further frame is taken.

        Who does not read is not waited for: the close is there when they read again.
        """
        self.gone = True
        self._farewell = asyncio.create_task(self.close(code=code))
        self._farewell.add_done_callback(lambda task: task.cancelled() or task.exception())
        await asyncio.wait([self._farewell], timeout=PATIENCE)

    async def _beat(self) -> None:
        while not self.gone:
            await asyncio.sleep(HEARTBEAT)
            try:
                await self.beat()
            except Exception as error:
                await self.fail(error)

    async def beat(self) -> None:
        """Do what is due every 20 seconds."""

    async def lane(self, work: Any, *args: Any, **kwargs: Any) -> Any:
        """Do millisecond database work on the lane all sockets share, in the socket's language."""
        return await database_sync_to_async(self._in_language)(work, *args, **kwargs)

    def _in_language(self, work: Any, *args: Any, **kwargs: Any) -> Any:
        with translation.override(self.language):
            return work(*args, **kwargs)


def _is_too_big(text: str | None, data: bytes | None) -> bool:
    if max(len(text or ""), len(data or b"")) > frames.MAX_BYTES:
        return True
    return len((text or "").encode("utf-8", "surrogatepass")) > frames.MAX_BYTES
