"""Proving an e-mail inside the chat: two JSON forms without language, session or CSRF token.

The contract is DESIGN §8: the Origin is checked as the socket does, only application/json is
taken, asking for a code is always answered alike, and a wrong anything is the same 400.
"""

import json
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from portal import limits, logs, origins
from portal.customers import codes, forms, pending, services, visitors
from portal.customers.models import Customer

log = logging.getLogger(__name__)

_MAX_BYTES = 4096
Answer = Callable[[HttpRequest, dict[str, Any]], HttpResponse]


def json_form(
    answer: Answer, *, max_bytes: int = _MAX_BYTES
) -> Callable[[HttpRequest], HttpResponse]:
    """Make a view of ``answer``: origin, method, type and body are checked before it is asked."""

    @csrf_exempt
    @wraps(answer)
    def view(request: HttpRequest) -> HttpResponse:
        return origins.answer_across(request, _checked(request, answer, max_bytes))

    return view


def _checked(request: HttpRequest, answer: Answer, max_bytes: int) -> HttpResponse:
    if not origins.allowed(origins.of(request)):
        return _error("bad_origin", 403)
    if request.method == "OPTIONS":
        return HttpResponse(status=204)
    if request.method != "POST":
        return _error("bad_method", 405, Allow="POST, OPTIONS")
    if request.content_type != "application/json":
        return _error("bad_type", 415)
    body = _read(request, max_bytes)
    return _error("bad_body", 400) if body is None else answer(request, body)


def _read(request: HttpRequest, max_bytes: int) -> dict[str, Any] | None:
    """Return the JSON object of the body, None if it is none or too large."""
    if len(request.body) > max_bytes:
        return None
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _error(code: str, status: int, **headers: str) -> JsonResponse:
    return JsonResponse({"error": code}, status=status, headers=headers)


@json_form
def request_code(request: HttpRequest, body: dict[str, Any]) -> HttpResponse:
    """Mail a code to the address if there is anything to mail; 202 whatever happened."""
    visitor = visitors.read(body.get("visitor"))
    email = _address(body.get("email"))
    if visitor and email and _may_ask(request, visitor, email):
        _send(request, visitor, email)
    return JsonResponse({}, status=202)


@json_form
def confirm_code(request: HttpRequest, body: dict[str, Any]) -> HttpResponse:
    """Exchange the right code for a token that proves the customer; 400 for anything else."""
    visitor, code = visitors.read(body.get("visitor")), body.get("code")
    customer = None
    if visitor and isinstance(code, str) and _may_try(request, visitor):
        plain, language = forms.plain(code[:40]), translation.get_language()
        customer = pending.confirm(visitor, plain, language=language or settings.LANGUAGE_CODE)
    if not visitor or not customer:
        return _error("wrong_code", 400)
    if origins.own(origins.of(request)):
        _open_session(request, customer)
    token = visitors.proven(visitor, customer_id=customer.pk).token
    return JsonResponse({"visitor": token})


def _address(value: object) -> str:
    """Return a folded address, "" if it is none."""
    form = forms.RequestCodeForm({"email": value if isinstance(value, str) else ""})
    return str(form.cleaned_data["email"]) if form.is_valid() else ""


def _may_ask(request: HttpRequest, visitor: visitors.Visitor, email: str) -> bool:
    return (
        limits.hit("code.network", limits.network(request))
        and limits.hit("code.visitor", visitor.key)
        and limits.hit("code.address", email)
    )


def _may_try(request: HttpRequest, visitor: visitors.Visitor) -> bool:
    email = pending.email_of(visitor)
    return bool(email) and limits.hit("code.confirm", email)


def _send(request: HttpRequest, visitor: visitors.Visitor, email: str) -> None:
    here = translation.get_language() or settings.LANGUAGE_CODE
    code = pending.start(visitor, email=email)
    with translation.override(services.language_for(services.find(email), here)):
        try:
            codes.mail(email, code)
        except OSError as error:  # what smtplib and the network raise
            logs.failure(log, "code.not_sent", error)


def _open_session(request: HttpRequest, customer: Customer) -> None:
    """Sign in on our own pages too; never staff, who come in with their second factor only."""
    if customer.is_staff or getattr(request.user, "is_staff", False):
        return
    login(request, customer, backend="allauth.account.auth_backends.AuthenticationBackend")
