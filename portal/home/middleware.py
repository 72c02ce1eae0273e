"""What holds for every response: headers, caches and the tools' own Content-Security-Policy."""

import math
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import render
from django.utils.cache import patch_cache_control

from portal import limits

# Paths without a language: what is missing there is missing, not elsewhere.
BARE = (
    "/desk/",
    "/cms/",
    "/admin/",
    "/api/",
    "/chat/",
    "/sign-in/",
    "/dev/",
    "/documents/",
    "/webhooks/",
    "/model/",
)
TOOLS = ("/cms/", "/admin/", "/api/v1/docs")


class LanguageMiddleware(LocaleMiddleware):
    """Django's, except that a 404 below a path without language stays a 404.

    Django looks whether the path would be valid below a language, and the CMS takes any path.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Leave such a 404 alone; else do as Django does."""
        if response.status_code == 404 and request.path.startswith(BARE):
            return response
        return super().process_response(request, response)


class PortalMiddleware:
    """Adds the headers Django has no setting for, and turns TooMany into a friendly 429."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request and dress the response."""
        response = self.get_response(request)
        response.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()"
        )
        if request.path.startswith(TOOLS):
            response._csp_update = settings.CSP_OF_TOOLS  # type: ignore[attr-defined]
        # Asked in this order: whoever looks at the person makes the answer vary by cookie.
        if not response.has_header("Cache-Control") and request.user.is_authenticated:
            patch_cache_control(response, private=True, no_store=True)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer 429 with when to try again; other exceptions are not ours."""
        if not isinstance(error, limits.TooMany):
            return None
        minutes = math.ceil(error.retry_after / 60)
        response = render(request, "429.html", {"minutes": minutes}, status=429)
        response["Retry-After"] = str(error.retry_after)
        return response
