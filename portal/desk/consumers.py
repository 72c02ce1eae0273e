"""The desk socket `/ws/desk/` (DESIGN §8): an agent with several conversations open."""

import asyncio
from typing import Any, ClassVar

from bot.conversations import PAGE
from bot.engine.seat import SIGNED_OUT
from bot.engine.socket import FrameSocket
from bot.frames import Frame, Refused
from bot.models import Conversation
from portal import live
from portal.customers.models import Customer
from portal.desk import chats

KNOWN: dict[str, tuple[str, ...]] = {
    "hello": ("open",),
    "take": ("conversation!",),
    "release": ("conversation!",),
    "say": ("conversation!", "id", "text"),
    "note": ("conversation!", "id", "text"),
    "close": ("conversation!", "outcome"),
    "ask_email": ("conversation!", "id"),
    "typing": ("conversation!",),
    "seen": ("conversation!", "seq"),
}


class DeskConsumer(FrameSocket):
    """An agent at the desk."""

    known: ClassVar[dict[str, tuple[str, ...]]] = KNOWN
    agent: Customer | None = None

    async def connect(self) -> None:
        """Let agents in; others learn why not and are closed."""
        # The seq up to which each open conversation has been sent.
        self.sent: dict[str, int] = {}
        # The newest frame told of the queue (under ""), and of each open conversation's state.
        self.told: dict[str, dict[str, Any]] = {}
        self._telling = asyncio.Lock()
        await super().connect()
        self.agent = await self.lane(chats.agent_of, self.scope.get("session"))
        if self.agent is None:
            return await self._turn_away()
        self.language = self.agent.language
        await self.channel_layer.group_add(live.DESK, self.channel_name)

    async def _turn_away(self) -> None:
        await self.say(self.error_frame("not_agent"))
        await self.leave(SIGNED_OUT)

    async def disconnect(self, code: int) -> None:
        """Leave all groups."""
        await super().disconnect(code)
        for group in [live.DESK, *map(live.conversation_group, getattr(self, "sent", ()))]:
            await self.channel_layer.group_discard(group, self.channel_name)

    async def take(self, frame: Frame) -> None:
        """Take a frame; an error tells which conversation it is about."""
        try:
            await super().take(frame)
        except Refused as refusal:
            about = {"conversation": str(frame.conversation)} if frame.conversation else {}
            await self.say({**self.error_frame(refusal.code, refusal.frame_id), **about})

    async def on_hello(self, frame: Frame) -> None:
        """Show the queue, and what was missed of the conversations that are open."""
        await self.desk_queue({})
        for public_id, after in frame.open:
            await self._open(str(public_id), after)

    async def _open(self, conversation: str, after: int) -> None:
        await self.lane(chats.standing, self.agent, conversation)
        self.sent[conversation] = after
        await self.channel_layer.group_add(live.conversation_group(conversation), self.channel_name)
        await self._catch_up(conversation)
        await self._tell_state(conversation)

    async def _tell_state(self, conversation: str) -> None:
        standing = await self.lane(chats.standing, self.agent, conversation)
        await self._tell(conversation, standing.frame)

    async def _tell(self, about: str, frame: dict[str, Any]) -> None:
        self.told[about] = frame
        await self.say(frame)

    async def on_take(self, frame: Frame) -> None:
        """Take a conversation from the queue and open it."""
        await self.lane(chats.take, self.agent, frame)
        if str(frame.conversation) not in self.sent:
            after = await self.lane(chats.opening, frame.conversation)
            await self._open(str(frame.conversation), after)

    async def on_release(self, frame: Frame) -> None:
        """Put a conversation back into the queue."""
        await self.lane(chats.release, self.agent, frame)

    async def on_say(self, frame: Frame) -> None:
        """Say something to the customer; the echo acknowledges it."""
        if stored := await self.lane(chats.say, self.agent, frame):
            await self.say(stored)
        elif str(frame.conversation) in self.sent:
            await self._catch_up(str(frame.conversation))

    async def on_note(self, frame: Frame) -> None:
        """Write a note for other agents."""
        await self.lane(chats.note, self.agent, frame)

    async def on_close(self, frame: Frame) -> None:
        """End a conversation."""
        await self.lane(chats.close, self.agent, frame)

    async def on_ask_email(self, frame: Frame) -> None:
        """Ask the customer to prove an e-mail address."""
        await self.lane(chats.ask_email, self.agent, frame)

    async def on_typing(self, frame: Frame) -> None:
        """Show the customer that the agent types."""
        await self._whisper(frame, {"type": "chat.typing", "author": "agent"})

    async def on_seen(self, frame: Frame) -> None:
        """Show the customer how far the agent has read."""
        await self._whisper(frame, {"type": "chat.seen", "author": "agent", "seq": frame.seq})

    async def _whisper(self, frame: Frame, event: dict[str, Any]) -> None:
        if await self.lane(chats.may_whisper, self.agent, frame.conversation):
            about = {"by": self.channel_name, "conversation": str(frame.conversation)}
            await live.asend(live.conversation_group(frame.conversation), {**event, **about})

    async def desk_queue(self, event: dict[str, Any]) -> None:
        """Show who waits now."""
        await self._tell("", await self.lane(chats.queue))

    async def desk_taken(self, event: dict[str, Any]) -> None:
        """Tell who took a conversation."""
        about = {key: event[key] for key in ("conversation", "agent")}
        mine = self.agent is not None and event["by"] == self.agent.pk
        await self.say({"type": "taken", **about, "mine": mine})

    async def desk_note(self, event: dict[str, Any]) -> None:
        """Tell what was noted about an open conversation."""
        if event["conversation"] in self.sent:
            await self.say(await self.lane(chats.note_frame, event["note"]))

    async def changed(self, event: dict[str, Any]) -> None:
        """Tell the names of what changed at the desk."""
        await self.say({"type": "changed", "what": event["what"]})

    async def chat_appended(self, event: dict[str, Any]) -> None:
        """Fetch and tell what was appended, unless it was told already."""
        if event["seq"] > self.sent.get(event["conversation"], event["seq"]):
            await self._catch_up(event["conversation"])

    async def chat_state(self, event: dict[str, Any]) -> None:
        """Tell who owns a conversation now."""
        await self._catch_up(event["conversation"])
        await self._tell_state(event["conversation"])

    async def chat_typing(self, event: dict[str, Any]) -> None:
        """Tell that the customer types."""
        if event["by"] != self.channel_name:
            whom = {"conversation": event["conversation"], "author": event["author"]}
            await self.say({"type": "typing", **whom})

    async def chat_seen(self, event: dict[str, Any]) -> None:
        """Tell how far the customer has read."""
        if event["by"] != self.channel_name:
            what = {key: event[key] for key in ("conversation", "author", "seq")}
            await self.say({"type": "seen", **what})

    async def _catch_up(self, conversation: str) -> None:
        async with self._telling:
            rows: list[dict[str, Any]] = [{}] * PAGE
            while len(rows) == PAGE:
                rows = await self.lane(chats.following, conversation, self.sent[conversation])
                for row in rows:
                    self.sent[conversation] = row["seq"]
                    await self.say(row)

    async def beat(self) -> None:
        """Every 20 s: is this still an agent? Tell what no push told; say that the line works."""
        if await self.lane(chats.agent_of, self.scope.get("session")) is None:
            return await self._turn_away()
        await self._tell_if_new("", await self.lane(chats.queue))
        for standing in await self.lane(chats.standings, self.agent, self._unended()):
            conversation = standing.frame["conversation"]
            if standing.head > self.sent[conversation]:
                await self._catch_up(conversation)
            await self._tell_if_new(conversation, standing.frame)
        heads = [{"conversation": each, "seq": seq} for each, seq in self.sent.items()]
        await self.say({"type": "head", "open": heads})

    def _unended(self) -> list[str]:
        """Return the open conversations that may go on: what has ended has nothing more to tell."""
        ended = Conversation.CLOSED
        return [each for each in self.sent if self.told.get(each, {}).get("owner") != ended]

    async def _tell_if_new(self, about: str, frame: dict[str, Any]) -> None:
        if self.told.get(about) != frame:
            await self._tell(about, frame)
