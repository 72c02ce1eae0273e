"""The chat socket `/ws/chat/` (DESIGN §8): who and which conversation; the rest is the seat's."""

import asyncio
from typing import Any, ClassVar

from bot import dialogue
from bot.conversations import PAGE
from bot.engine.seat import SIGNED_OUT, Outcome, Seat
from bot.engine.socket import FrameSocket
from bot.frames import Frame, Refused
from portal import live

KNOWN: dict[str, tuple[str, ...]] = {
    "hello": ("conversation", "after", "language", "visitor", "page"),
    "say": ("id", "text"),
    "press": ("id", "payload"),
    "typing": (),
    "seen": ("seq",),
    "leave_queue": (),
    "mail_me": ("id",),
    "end": (),
    # Beside the contract: a welcome brings 200 messages at most, this the ones before.
    "earlier": ("before",),
}


class ChatConsumer(FrameSocket):
    """A browser in a conversation."""

    known: ClassVar[dict[str, tuple[str, ...]]] = KNOWN

    async def connect(self) -> None:
        """Remember the session; hello tells the rest."""
        session = self.scope.get("session")
        self.seat = Seat(session.session_key if session else None)
        self.group = ""
        self._telling = asyncio.Lock()
        await super().connect()

    async def disconnect(self, code: int) -> None:
        """Leave the conversation's group."""
        await super().disconnect(code)
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def take(self, frame: Frame) -> None:
        """Take a frame; the first one must be hello, and none is taken after a sign-out."""
        if frame.type != "hello":
            if not self.seat.is_taken:
                raise Refused("bad_frame", frame.id)
            if self.seat.is_somebodys and not await self.lane(self.seat.is_still_known):
                return await self.leave(SIGNED_OUT)
        await super().take(frame)

    async def on_hello(self, frame: Frame) -> None:
        """Welcome the member; from here on what is said in the conversation arrives."""
        self.language = frame.language
        async with self._telling:
            said = await self.lane(self.seat.hello, frame)
            await self._join(live.conversation_group(self.seat.conversation.public_id))
        for each in said:
            await self.say(each)
        # Something may have been said between the reading and the joining.
        await self.catch_up()

    async def _join(self, group: str) -> None:
        if group == self.group:
            return
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)
        self.group = group
        await self.channel_layer.group_add(group, self.channel_name)

    async def on_say(self, frame: Frame) -> None:
        """Store what was said, echo it, then let the bot have its turn if it owns the chat."""
        outcome: Outcome = await self.lane(self.seat.take, frame)
        for each in outcome.frames:
            await self.say(each)
        await self.catch_up()
        if outcome.heard:
            await self.say({"type": "typing", "author": "bot"})
            dialogue.start_turn(outcome.heard)

    on_press = on_leave_queue = on_mail_me = on_end = on_earlier = on_say

    async def on_typing(self, frame: Frame) -> None:
        """Show the other members that the customer types."""
        await self._whisper({"type": "chat.typing", "author": "customer"})

    async def on_seen(self, frame: Frame) -> None:
        """Show the other members how far the customer has read."""
        await self._whisper({"type": "chat.seen", "author": "customer", "seq": frame.seq})

    async def _whisper(self, event: dict[str, Any]) -> None:
        await live.asend(
            self.group,
            {**event, "by": self.channel_name, "conversation": self.group.partition(".")[2]},
        )

    async def chat_appended(self, event: dict[str, Any]) -> None:
        """Fetch and tell what was appended, unless it was told already."""
        if self.seat.is_taken and event["seq"] > self.seat.sent:
            await self.catch_up()

    async def chat_state(self, event: dict[str, Any]) -> None:
        """Tell who owns the conversation now."""
        await self.catch_up()
        await self.say(await self.lane(self.seat.state))

    async def chat_typing(self, event: dict[str, Any]) -> None:
        """Tell that another member types."""
        if event["by"] != self.channel_name:
            await self.say({"type": "typing", "author": event["author"]})

    async def chat_seen(self, event: dict[str, Any]) -> None:
        """Tell how far another member has read."""
        if event["by"] != self.channel_name:
            await self.say({"type": "seen", "author": event["author"], "seq": event["seq"]})

    async def catch_up(self) -> None:
        """Send every message after the last one sent, each once and in order."""
        async with self._telling:
            said = [None] * PAGE
            while len(said) == PAGE:
                said = await self.lane(self.seat.fresh)
                for each in said:
                    await self.say(each)

    async def beat(self) -> None:
        """Every 20 s: is the person still signed in, and has anything been missed?"""
        if not self.seat.is_taken:
            return
        async with self._telling:
            code, said = await self.lane(self.seat.beat)
            for each in said:
                await self.say(each)
        if code:
            return await self.leave(code)
        await self.say({"type": "head", "seq": self.seat.sent})
