"""The pages of the chat: the script that brings it, its words, the page and the frame for it."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language, gettext, override
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import condition, require_safe

from bot.words import WORDS
from portal.shop import formats, hours
from portal.shop import services as shop

_STATIC = Path(__file__).parent / "static" / "bot"
_SCRIPT_SECONDS = 300
_FACTS_SECONDS = 60


@cache
def _source(name: str) -> str:
    return (_STATIC / name).read_text(encoding="utf-8")


def _words_of_loader(language: str) -> dict[str, str]:
    with override(language):
        title = gettext("Chat with customer service")
        return {"open": str(WORDS["open"]), "close": str(WORDS["close"]), "title": title}


def script() -> str:
    """Return `/widget.js`: the loader with its settings filled in."""
    languages = [code for code, _name in settings.LANGUAGES]
    filled = {
        "languages": languages,
        "sites": settings.WIDGET_ORIGINS,
        "mount": static("bot/mount.js"),
        "styles": static("bot/widget.css"),
        "icons": static("portal/icons.svg"),
        "signOut": reverse("account_logout"),
        "words": {language: _words_of_loader(language) for language in languages},
        "css": _source("launcher.css"),
    }
    return _source("widget.js").replace("/* settings */", json.dumps(filled, ensure_ascii=False))


def _etag(request: HttpRequest) -> str:
    return f'"{hashlib.sha256(script().encode()).hexdigest()[:20]}"'


@require_safe
@condition(etag_func=_etag)
def widget(request: HttpRequest) -> HttpResponse:
    """Serve the one script of the chat, to any site; asked again after five minutes."""
    response = HttpResponse(script(), content_type="text/javascript; charset=utf-8")
    patch_cache_control(response, public=True, max_age=_SCRIPT_SECONDS)
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@require_safe
def facts(request: HttpRequest) -> JsonResponse:
    """Give the chat its words and what it says about the shop, in the language of the path."""
    language = get_language() or settings.LANGUAGE_CODE
    opens = hours.next_opening()
    is_open = hours.is_open() or opens is None
    answer: dict[str, Any] = {
        "language": language,
        "zone": settings.TIME_ZONE,
        "shop": shop.current().name,
        "hours": hours.sentence(),
        "open": is_open,
        "opens": "" if is_open or opens is None else formats.moment(opens),
        "help_url": f"/{language}/help/",
        "words": {key: str(text) for key, text in WORDS.items()},
    }
    response = JsonResponse(answer, json_dumps_params={"ensure_ascii": False})
    patch_cache_control(response, public=True, max_age=_FACTS_SECONDS)
    return response


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the chat as a page of its own; without JavaScript, the other ways to reach us."""
    return render(request, "bot/chat.html")


@require_safe
@xframe_options_exempt
def frame(request: HttpRequest) -> HttpResponse:
    """Show the chat inside another site's page; only the listed sites may (CSP frame-ancestors)."""
    host = request.GET.get("host", "")
    context = {"host": host if host in settings.WIDGET_ORIGINS else ""}
    response = render(request, "bot/frame.html", context)
    # What `csp.decorators.csp_update` would set, with the origins as they are at this request.
    response._csp_update = {"frame-ancestors": settings.WIDGET_ORIGINS}  # type: ignore[attr-defined]
    return response
