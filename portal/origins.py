"""Which sites may speak to the chat's socket and JSON forms: Origins, compared whole.

Whole strings are compared: Channels' OriginValidator parses them, and raises on a look-alike with
a strange port (DESIGN §9).
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

_PREFLIGHT_SECONDS = "3600"


def allowed(origin: str) -> bool:
    """Tell whether a chat socket or JSON form may come from this Origin header."""
    return bool(origin) and origin in settings.CHAT_ORIGINS


def own(origin: str) -> bool:
    """Tell whether an allowed Origin is the portal itself, not a site that embeds the chat."""
    return allowed(origin) and (
        origin == settings.BASE_URL or origin not in settings.WIDGET_ORIGINS
    )


def of(request: HttpRequest) -> str:
    """Return the Origin a request names, "" if it names none."""
    return str(request.headers.get("Origin", ""))


def answer_across(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let the page that asked read the answer (Fetch standard, "CORS protocol").

    Only for an allowed Origin, and without credentials: a framed chat shows a token, no cookie.
    """
    patch_vary_headers(response, ["Origin"])
    if allowed(of(request)):
        response["Access-Control-Allow-Origin"] = of(request)
        if request.method == "OPTIONS":
            response["Access-Control-Allow-Methods"] = "POST"
            response["Access-Control-Allow-Headers"] = "Content-Type"
            response["Access-Control-Max-Age"] = _PREFLIGHT_SECONDS
    return response
