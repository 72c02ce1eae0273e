"""Conversations, what was said in them, and when a person was asked for."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.cases.models import Case
from portal.customers.models import Customer
from portal.flow import Flow

# The visitor key of a sender behind Rasa's HTTP API begins so: nobody there waits in a queue.
REMOTE = "rasa:"


class Author(models.TextChoices):
    """Who said it."""

    CUSTOMER = "customer", _("customer")
    BOT = "bot", _("assistant")
    AGENT = "agent", _("agent")
    SYSTEM = "system", _("system")


class ConversationQuerySet(models.QuerySet["Conversation"]):
    """Questions about conversations."""

    def of(self, customer: Customer) -> "ConversationQuerySet":
        """Return the conversations that are ``customer``'s."""
        return self.filter(customer=customer)

    def of_browser(self, visitor: str) -> "ConversationQuerySet":
        """Return those of a visitor key that nobody has proven to be theirs."""
        return self.filter(visitor=visitor, customer=None)

    def open(self) -> "ConversationQuerySet":
        """Return those that have not ended, the newest first."""
        return self.exclude(owner=Conversation.CLOSED).order_by("-started_at", "-id")

    def idle(self, since: datetime) -> "ConversationQuerySet":
        """Return the bot's in which nobody has said anything from ``since`` on."""
        said = ChatMessage.objects.filter(conversation=OuterRef("pk"), at__gte=since)
        return self.filter(~Exists(said), owner=Conversation.BOT, started_at__lt=since)


class Conversation(models.Model):
    """A chat. Whoever owns it answers; ``epoch`` counts the owners, so that a late one is known."""

    BOT, QUEUE, AGENT, CLOSED = "bot", "queue", "agent", "closed"
    FLOW: ClassVar[Flow] = Flow(
        "owner",
        BOT,
        {
            BOT: (QUEUE, CLOSED),
            QUEUE: (BOT, AGENT, CLOSED),
            AGENT: (QUEUE, CLOSED),
            CLOSED: (),
        },
    )

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="conversations",
    )
    visitor = models.CharField(max_length=64, blank=True)
    owner = models.CharField(max_length=6, choices=[(s, s) for s in FLOW.moves], default=BOT)
    epoch = models.PositiveIntegerField(default=0)
    next_seq = models.PositiveIntegerField(default=1)
    # How many turns the bot has taken: two turns at once never overwrite each other's slots.
    turns = models.PositiveIntegerField(default=0)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    language = models.CharField(max_length=2, choices=settings.LANGUAGES, default="ja")
    slots = models.JSONField(default=dict, blank=True)
    active_form = models.CharField(max_length=60, blank=True)
    misses = models.PositiveSmallIntegerField(default=0)
    page = models.CharField(max_length=300, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=6, blank=True)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["visitor", "-started_at"], name="conversation_browser"),
            models.Index(fields=["customer", "-started_at"], name="conversation_customer"),
            models.Index(
                fields=["owner"], condition=~Q(owner="closed"), name="conversation_underway"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(customer__isnull=False) | ~Q(visitor=""),
                name="conversation_has_someone",
            )
        ]

    def __str__(self) -> str:
        return f"conversation #{self.pk}"

    @property
    def is_remote(self) -> bool:
        """Whether it is held through Rasa's HTTP API, where no agent can answer."""
        return self.visitor.startswith(REMOTE)

    @property
    def head(self) -> int:
        """The seq of the newest message as of when the row was read."""
        return self.next_seq - 1


class ChatMessage(models.Model):
    """One thing said. ``seq`` has no gaps in a conversation; rows are never changed."""

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="messages"
    )
    seq = models.PositiveIntegerField()
    client_id = models.UUIDField(null=True, blank=True)
    author = models.CharField(max_length=8, choices=Author.choices)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    text = models.TextField()
    parts = models.JSONField(default=list, blank=True)
    # What a pressed button means to the bot; the text is what it says to people.
    payload = models.CharField(max_length=500, blank=True)
    answers = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="answer"
    )
    # The owner's epoch in which the bot heard it; null where somebody else is to answer.
    heard_in = models.PositiveIntegerField(null=True, blank=True)
    intent = models.CharField(max_length=60, blank=True)
    confidence = models.FloatField(null=True, blank=True)
    source = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["conversation", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="message_seq_once"),
            models.UniqueConstraint(fields=["conversation", "client_id"], name="message_id_once"),
        ]
        indexes = [
            models.Index(
                fields=["at"], condition=Q(heard_in__isnull=False), name="message_heard_by_bot"
            )
        ]

    def __str__(self) -> str:
        return f"message #{self.pk}"

    def offers(self) -> dict[str, str]:
        """Return the payloads this message's buttons and cards offer, with their titles."""
        buttons = [b for part in self.parts for b in part.get("buttons", ())]
        cards = [card for part in self.parts for card in part.get("cards", ())]
        buttons += [b for card in cards for b in card.get("buttons") or ()]
        return {b["payload"]: b["title"] for b in buttons}


class HandoffQuerySet(models.QuerySet["Handoff"]):
    """Questions about who waits for a person."""

    def waiting(self) -> "HandoffQuerySet":
        """Return those nobody has taken, in the order they are served."""
        return self.filter(accepted_at=None, ended_at=None).order_by("requested_at", "id")


class Handoff(models.Model):
    """A wish for a person: from the asking to the end, with what the agent should know."""

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="handoffs"
    )
    reason = models.CharField(max_length=40)
    card = models.JSONField(default=dict, blank=True)
    requested_at = models.DateTimeField(default=timezone.now)
    accepted_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.SET_NULL, related_name="handoffs"
    )

    objects = HandoffQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"],
                condition=Q(ended_at__isnull=True),
                name="one_handoff_at_a_time",
            )
        ]
        indexes = [
            models.Index(
                fields=["requested_at"],
                condition=Q(accepted_at__isnull=True, ended_at__isnull=True),
                name="handoff_waiting",
            ),
            models.Index(fields=["accepted_at"], name="handoff_accepted"),
        ]

    def __str__(self) -> str:
        return f"handoff #{self.pk}"


class AgentNote(models.Model):
    """What an agent writes down about a conversation for other agents; no customer sees it."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="notes")
    client_id = models.UUIDField()
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    text = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "client_id"], name="note_id_once")
        ]

    def __str__(self) -> str:
        return f"note #{self.pk}"
