"""What the chat holds about a customer: that there was one stays, what was said goes."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from bot.models import AgentNote, ChatMessage, Conversation, Handoff
from portal.customers.privacy import Held, OnErase, register

_LASTS = timedelta(days=2 * 365)


def _blank(rows: QuerySet[Conversation]) -> None:
    rows.exclude(slots={}, page="").update(slots={}, page="")
    # A visitor's chat has nothing but the browser's key to be somebody's at all.
    rows.exclude(customer=None).exclude(visitor="").update(visitor="")


register(
    Held(
        Conversation,
        _("Chats (stay as a count only)"),
        lambda customer: Conversation.objects.of(customer),
        OnErase.BLANK,
        export=("public_id", "started_at", "ended_at", "language", "page"),
        blank=_blank,
        lasts=_LASTS,
        dated="started_at",
    ),
    Held(
        ChatMessage,
        _("What was said in chats"),
        lambda customer: ChatMessage.objects.filter(conversation__customer=customer),
        OnErase.BLANK,
        export=("conversation__public_id", "seq", "at", "author", "text"),
        blank={"text": "", "parts": [], "payload": ""},
        lasts=_LASTS,
        dated="at",
    ),
    Held(
        Handoff,
        "",
        lambda customer: Handoff.objects.filter(conversation__customer=customer),
        OnErase.BLANK,
        blank={"card": {}},
        lasts=_LASTS,
        dated="requested_at",
    ),
    Held(
        AgentNote,
        _("Notes our staff made about chats"),
        lambda customer: AgentNote.objects.filter(conversation__customer=customer),
        OnErase.DROP,
        lasts=_LASTS,
        dated="at",
    ),
)
