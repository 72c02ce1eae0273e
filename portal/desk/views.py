"""The desk's pages: the queue, the chats, and the customer beside them.

Only agents get here: `portal.customers.doors` stands before every path below `/desk/`.
"""

import uuid
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render

from bot import frames
from bot.models import Conversation, Handoff
from notifications import failures
from orders.models import Order
from portal.cases.models import Case
from portal.customers import addresses, doors
from portal.customers import history as past
from portal.customers.models import Customer, Touchpoint
from portal.desk import words
from portal.desk.pages import page

_ORDERS = 10
_CASES = 10
_HISTORY = 30


@page
def desk(request: HttpRequest, chat: uuid.UUID | None = None) -> HttpResponse:
    """Show the queue and the agent's chats; with ``chat`` that one is opened."""
    context = {
        "chat": chat or "",
        "zone": settings.TIME_ZONE,
        "mine": [_row(row) for row in _chats_of(request.user)],
        "words": words.words(),
    }
    return render(request, "desk/desk.html", context)


def _chats_of(agent: Any) -> Any:
    rows = Conversation.objects.filter(owner=Conversation.AGENT, agent=agent)
    return rows.select_related("customer").order_by("started_at", "id")


def _row(conversation: Conversation) -> dict[str, str]:
    """Return a chat of the list, as the desk socket writes those that wait."""
    return {
        "conversation": str(conversation.public_id),
        "name": conversation.customer.name if conversation.customer else "",
        "language": conversation.language,
        "since": frames.written(conversation.started_at),
    }


@page
def about(request: HttpRequest, chat: uuid.UUID) -> HttpResponse:
    """Show what an agent should know: the handoff's summary, and who the customer is."""
    rows = Conversation.objects.select_related("customer", "agent")
    conversation = get_object_or_404(rows, public_id=chat)
    handoff = Handoff.objects.filter(conversation=conversation).order_by("-requested_at").first()
    context = {
        "conversation": conversation,
        "handoff": handoff,
        "reason": words.reason(handoff.reason) if handoff else "",
        "customer": conversation.customer,
    }
    if conversation.customer:
        context |= about_customer(conversation.customer)
    return render(request, "desk/_about.html", context)


@page
def notes(request: HttpRequest, chat: uuid.UUID) -> HttpResponse:
    """Give the internal notes of a chat, oldest first, as the desk socket writes new ones."""
    conversation = get_object_or_404(Conversation, public_id=chat)
    found = [
        {
            "type": "note",
            "conversation": str(chat),
            "id": str(note.client_id),
            "name": note.agent.name if note.agent else "",
            "text": note.text,
            "at": frames.written(note.at),
        }
        for note in conversation.notes.select_related("agent")
    ]
    return JsonResponse({"notes": found}, json_dumps_params={"ensure_ascii": False})


@page
def customer(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a customer: who they are, their orders, and everything that happened between us."""
    found = get_object_or_404(Customer, pk=pk)
    template = "desk/_customer.html" if request.htmx else "desk/customer.html"  # type: ignore[attr-defined]
    may_merge = doors.is_manager(request.user)
    context = {"customer": found, "may_merge": may_merge, **about_customer(found)}
    return render(request, template, context)


def about_customer(found: Customer) -> dict[str, Any]:
    """Return what agents see of a customer: proofs, orders, and the one history."""
    cases = list(Case.objects.of(found)[:_CASES])
    for case in cases:
        case.stands = words.status(case)  # type: ignore[attr-defined]
    history = Touchpoint.objects.of(found).prefetch_related("about")[:_HISTORY]
    return {
        "phone": addresses.show_phone(found.phone),
        "undelivered": failures.failed_for(found).count(),
        "proofs": found.identities.exclude(verified_at=None).order_by("kind", "value"),
        "orders": Order.objects.of(found).prefetch_related("lines")[:_ORDERS],
        "cases": cases,
        "history": past.entries(history),
    }
