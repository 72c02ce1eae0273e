"""Rasa's own HTTP API, so that Rasa's clients work unchanged (DESIGN §8).

Off unless BOT_HTTP_TOKEN is set, which is asked for as Rasa does (`?token=`) or as Bearer.
"""

import hashlib
import hmac
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from bot import conversations, dialogue
from bot.conversations import Member
from bot.frames import MAX_TEXT
from bot.models import REMOTE, ChatMessage, Conversation
from bot.understanding import meaning
from bot.understanding.language import detect
from portal import limits

_SENDER_LENGTH = 40
Body = dict[str, Any]


def guarded(view: Callable[[HttpRequest, Body], HttpResponse]) -> Callable[..., HttpResponse]:
    """Make a view that is there only with the token, and gets the request's JSON object."""

    @csrf_exempt
    @require_POST
    @wraps(view)
    def checked(request: HttpRequest) -> HttpResponse:
        if not settings.BOT_HTTP_TOKEN:
            raise Http404
        if not _knows_token(request):
            return _failure("NotAuthenticated", "User is not authenticated.", 401)
        limits.demand("bot.http", limits.network(request))
        body = _body(request)
        if body is None:
            return _failure("BadRequest", "A JSON object is expected.", 400)
        return view(request, body)

    return checked


def _knows_token(request: HttpRequest) -> bool:
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    given = [request.GET.get("token", ""), bearer.strip() if scheme.lower() == "bearer" else ""]
    right = settings.BOT_HTTP_TOKEN.encode()
    return any(hmac.compare_digest(each.encode(), right) for each in given)


def _failure(reason: str, text: str, status: int) -> JsonResponse:
    # The shape in which Rasa writes its errors.
    body = {"status": "failure", "reason": reason, "message": text, "code": status}
    return JsonResponse(body, status=status)


def _body(request: HttpRequest) -> Body | None:
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _text(value: Any) -> str | None:
    if not isinstance(value, str) or not 0 < len(value.strip()) <= MAX_TEXT or "\x00" in value:
        return None
    return None if any("\ud800" <= letter <= "\udfff" for letter in value) else value


@guarded
def webhook(request: HttpRequest, body: Body) -> HttpResponse:
    """Take a message of Rasa's REST channel and return what the bot says to it."""
    sender, text = _text(body.get("sender", "default")), _text(body.get("message"))
    if sender is None or text is None:
        return _failure("BadRequest", "sender and message must be texts.", 400)
    answer = _said_to(_conversation(sender, text), text)
    return JsonResponse([_message(sender, answer)] if answer else [], safe=False)


def _conversation(sender: str, text: str) -> Conversation:
    long = len(sender) > _SENDER_LENGTH
    key = hashlib.sha256(sender.encode()).hexdigest()[:_SENDER_LENGTH] if long else sender
    member = Member(REMOTE + key)
    found = conversations.find(member, None)
    if found:
        return found
    language = detect(text, "ja")
    greeting = dialogue.greeting(language)
    unborn = conversations.draft(member, language=language)
    return conversations.begin(unborn, greeting=greeting.text, parts=greeting.parts)


def _said_to(conversation: Conversation, text: str) -> ChatMessage | None:
    """Let the bot answer. What it offered last may come back as text: so Rasa's clients press."""
    try:
        heard = dialogue.press(conversation, client_id=None, payload=text).message
    except dialogue.NotOffered:
        heard = dialogue.take(conversation, client_id=None, text=text).message
    dialogue.turn_now(heard)
    return ChatMessage.objects.filter(answers=heard).first()


def _message(sender: str, answer: ChatMessage) -> Body:
    links = [p for p in answer.parts if p["type"] == "link"]
    lines = [answer.text, *(f"{p['title']}: {_absolute(p['url'])}" for p in links)]
    buttons = [{"title": t, "payload": p} for p, t in answer.offers().items()]
    said: Body = {"recipient_id": sender, "text": "\n".join(lines)}
    return {**said, "buttons": buttons} if buttons else said


def _absolute(url: str) -> str:
    return f"{settings.BASE_URL}{url}" if url.startswith("/") else url


@guarded
def parse(request: HttpRequest, body: Body) -> HttpResponse:
    """Say what a text means, as Rasa's server writes it."""
    text = _text(body.get("text"))
    if text is None:
        return _failure("BadRequest", "text must be a text.", 400)
    heard = meaning.understand(text)
    ranking = [{"name": name, "confidence": chance} for name, chance in heard.ranking]
    return JsonResponse(
        {
            "text": text,
            "intent": {"name": heard.intent, "confidence": heard.confidence},
            "entities": [
                {"entity": e.name, "value": e.value, "start": e.start, "end": e.end}
                for e in heard.entities
            ],
            "intent_ranking": ranking,
        }
    )
