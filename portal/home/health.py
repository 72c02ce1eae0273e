"""Is the process alive, is it ready, and where do the tools' own sign-in pages lead."""

from urllib.parse import urlencode

from celery import current_app
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from bot.understanding import meaning


def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 as long as the process answers at all."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database, the broker and the trained bot are there, else 503."""
    checks = {"database": _database(), "broker": _broker(), "bot": _bot()}
    return JsonResponse(checks, status=200 if all(checks.values()) else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:
        return False
    return True


def _broker() -> bool:
    try:
        with current_app.connection_for_write(connect_timeout=1) as link:
            link.ensure_connection(max_retries=1, timeout=2)
    except Exception:
        return False
    return True


def _bot() -> bool:
    return meaning.is_trained()


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send the sign-in pages of Wagtail and Django's admin to the portal's own."""
    target = request.GET.get("next")
    onward = f"?{urlencode({'next': target})}" if target else ""
    return redirect(f"{reverse('account_request_login_code')}{onward}")
