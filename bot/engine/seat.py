"""One member's place in a conversation: what each frame does, for the socket and for plain HTTP.

Everything here is millisecond database work and knows no socket; the answer of the bot is not
waited for: `take` returns the message whose turn it is.
"""

from types import SimpleNamespace
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib import auth
from django.contrib.sessions.backends.base import SessionBase
from django.utils.module_loading import import_string

from bot import by_mail, conversations, dialogue, frames, handoff, ratings
from bot.conversations import Member
from bot.frames import Frame, Refused
from bot.models import ChatMessage, Conversation
from portal.customers import visitors
from portal.customers.models import Customer
from portal.customers.visitors import Visitor
from portal.flow import WrongMove

SIGNED_OUT = 4401
COME_BACK = 1012


# An end that meets a handover looks again so often; owners do not change faster.
_TRIES = 5


class Outcome(NamedTuple):
    """Frames for the asking member only, and the message the bot is to answer, if any."""

    frames: list[dict[str, Any]]
    heard: ChatMessage | None = None


class Seat:
    """Who sits here, in which conversation, and up to which seq they have everything."""

    def __init__(self, session_key: str | None) -> None:
        self._session_key = session_key
        self._session_customer: Customer | None = None
        self.visitor: Visitor | None = None
        self.member = Member("")
        self.conversation = Conversation()
        self.sent = 0

    @property
    def is_taken(self) -> bool:
        """Whether somebody has said hello."""
        return self.visitor is not None

    @property
    def is_somebodys(self) -> bool:
        """Whether a proven customer sits here, who may sign out meanwhile."""
        return self.member.customer is not None

    def hello(self, frame: Frame) -> list[dict[str, Any]]:
        """Say who sits here, from the session or the token, and welcome them to a conversation."""
        self._identify(frame.visitor)
        adopted = conversations.adopt(self.member)
        found = conversations.find(self.member, frame.conversation)
        self.conversation = found or conversations.draft(
            self.member, language=frame.language, page=frame.page or ""
        )
        refused = not found and frame.conversation not in (None, self.conversation.public_id)
        if found:
            self._greet_again(frame, adopted)
        welcome = self._welcome(0 if refused else frame.after)
        return [frames.error("not_yours"), welcome] if refused else [welcome]

    def _identify(self, token: str | None) -> None:
        self.visitor = visitors.read(token) or visitors.new()
        self._session_customer = signed_in(self._session_key)
        self.member = Member(self.visitor.key, self._session_customer or proven(self.visitor))

    def _greet_again(self, frame: Frame, adopted: int) -> None:
        if self.conversation.language != frame.language:
            self.conversation.language = frame.language
            Conversation.objects.filter(pk=self.conversation.pk).update(language=frame.language)
        if adopted:
            self.conversation.refresh_from_db()
            if not by_mail.go_on(self.conversation):
                dialogue.go_on(self.conversation)
            self.conversation.refresh_from_db()

    def _welcome(self, after: int) -> dict[str, Any]:
        if self.conversation.pk:
            rows, more = conversations.since(self.conversation, after)
            said = [frames.message(row) for row in rows]
            self.sent = max([row.seq for row in rows], default=self.conversation.head)
        else:
            said, more, self.sent = self._unborn_greeting(after), False, 1
        assert self.visitor is not None
        return {
            "type": "welcome",
            "conversation": str(self.conversation.public_id),
            "visitor": self.visitor.token,
            "head": self.sent,
            "state": handoff.state(self.conversation),
            "messages": said,
            "more": more,
        }

    def _unborn_greeting(self, after: int) -> list[dict[str, Any]]:
        greeting = dialogue.greeting(self.conversation.language)
        row = ChatMessage(seq=1, author="bot", text=greeting.text, parts=greeting.parts)
        return [frames.message(row)] if after < 1 else []

    def take(self, frame: Frame) -> Outcome:
        """Do what a frame other than hello asks. Raises Refused."""
        try:
            outcome: Outcome = getattr(self, f"_{frame.type}")(frame)
        except conversations.Closed:
            raise Refused("closed", frame.id) from None
        return outcome

    def _say(self, frame: Frame) -> Outcome:
        return self._heard(dialogue.take(self._born(), client_id=frame.id, text=frame.text))

    def _press(self, frame: Frame) -> Outcome:
        if not self._offers(frame.payload):
            raise Refused("not_offered", frame.id)
        try:
            if ratings.is_rating(frame.payload):
                taken = ratings.rate(self._born(), client_id=frame.id, payload=frame.payload)
            else:
                taken = dialogue.press(self._born(), client_id=frame.id, payload=frame.payload)
        except dialogue.NotOffered:
            raise Refused("not_offered", frame.id) from None
        return self._heard(taken)

    def _offers(self, payload: str) -> bool:
        """Tell whether a conversation without a row greets with this; a row is judged later."""
        if self.conversation.pk or self._row().pk:
            return True
        parts = dialogue.greeting(self.conversation.language).parts
        return payload in ChatMessage(parts=parts).offers()

    def _heard(self, taken: conversations.Appended) -> Outcome:
        if not taken.is_new:
            return Outcome([frames.message(taken.message)])
        return Outcome([], taken.message if taken.message.heard_in is not None else None)

    def _earlier(self, frame: Frame) -> Outcome:
        """Bring what came before a welcome's messages; beside the contract, only when asked."""
        row = self._row()
        rows, more = conversations.earlier(row, frame.before) if row.pk else ([], False)
        said = [frames.message(each) for each in rows]
        return Outcome([{"type": "earlier", "messages": said, "more": more}])

    def _leave_queue(self, frame: Frame) -> Outcome:
        try:
            handoff.leave(self._row())
        except WrongMove:
            # An agent was first, or the bot has it already: the state says which.
            return Outcome([self.state()])
        return Outcome([])

    def _mail_me(self, frame: Frame) -> Outcome:
        return self._heard(by_mail.ask(self._born(), client_id=frame.id))

    def _end(self, frame: Frame) -> Outcome:
        for _try in range(_TRIES):
            row = self._row()
            if not row.pk:
                # There is nothing to end yet; the state says so.
                return Outcome([self.state()])
            try:
                handoff.close(row, outcome="left")
                break
            except WrongMove:
                # Just then it went to a person, or back: it ends all the same.
                continue
        return Outcome([])

    def _born(self) -> Conversation:
        if not self.conversation.pk:
            greeting = dialogue.greeting(self.conversation.language)
            self.conversation = conversations.begin(
                self.conversation, greeting=greeting.text, parts=greeting.parts
            )
        return self.conversation

    def _row(self) -> Conversation:
        """Return the conversation as it is in the database now; a draft as it is."""
        found = Conversation.objects.filter(public_id=self.conversation.public_id).first()
        self.conversation = found or self.conversation
        return self.conversation

    def state(self) -> dict[str, Any]:
        """Return a state frame of this moment."""
        return {"type": "state", **handoff.state(self._row())}

    def fresh(self) -> list[dict[str, Any]]:
        """Return the messages this member does not have yet; each is returned once."""
        if not self.conversation.pk and not self._row().pk:
            return []
        rows = conversations.following(self.conversation, self.sent)
        if rows:
            self.sent = rows[-1].seq
        return [frames.message(row) for row in rows]

    def beat(self) -> tuple[int | None, list[dict[str, Any]]]:
        """Return the code this member is to be closed with, or what they have missed.

        Signed out when the session or proof they came with is no longer good; come back (with the
        token of now) when another tab has proven meanwhile whose conversation it is. One query
        while nothing happens and nobody is signed in: every open socket asks every 20 s.
        """
        if not self.is_still_known():
            return SIGNED_OUT, []
        row = self._row()
        if not row.pk:
            return None, []
        if not self._is_ours(row):
            return COME_BACK, []
        return None, self.fresh() if row.head > self.sent else []

    def _is_ours(self, row: Conversation) -> bool:
        if self.member.customer is not None:
            return row.customer_id == self.member.customer.pk
        return row.customer_id is None and row.visitor == self.member.visitor

    def is_still_known(self) -> bool:
        """Tell whether the session or proof this member came with is still good."""
        if self.member.customer is None or self.visitor is None:
            return True
        if self._session_customer is not None:
            return signed_in(self._session_key) == self._session_customer
        return proven(visitors.read(self.visitor.token)) == self.member.customer


def signed_in(session_key: str | None) -> Customer | None:
    """Return who is signed in with a session at this moment, read anew."""
    if not session_key:
        return None
    store: type[SessionBase] = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
    person = auth.get_user(SimpleNamespace(session=store(session_key)))  # type: ignore[arg-type]
    return person if isinstance(person, Customer) else None


def proven(visitor: Visitor | None) -> Customer | None:
    """Return the customer a visitor token proves, while it does."""
    if visitor is None or visitor.customer_id is None:
        return None
    return Customer.objects.filter(pk=visitor.customer_id, is_active=True).first()
