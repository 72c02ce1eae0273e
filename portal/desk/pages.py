"""What every page and action of the desk has in common."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.views.decorators.http import require_POST, require_safe

from portal.customers.models import Customer


def page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Make a desk page of ``view``: for reading only, in the agent's own language, never kept."""

    @require_safe
    @wraps(view)
    def shown(request: HttpRequest, **named: Any) -> HttpResponseBase:
        assert isinstance(request.user, Customer)
        with translation.override(request.user.language):
            response = view(request, **named)
        response["Cache-Control"] = "private, no-store"
        return response

    return shown


def action(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Make a desk action of ``view``: by POST only, in the agent's own language."""

    @require_POST
    @wraps(view)
    def done(request: HttpRequest, **named: Any) -> HttpResponseBase:
        assert isinstance(request.user, Customer)
        with translation.override(request.user.language):
            return view(request, **named)

    return done
