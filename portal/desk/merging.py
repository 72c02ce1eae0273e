"""Two records of one person: a manager looks at both side by side and makes them one."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from portal.customers import doors, privacy, services
from portal.customers.models import Customer
from portal.desk.on_behalf import matching
from portal.desk.pages import action, page

_FOUND = 5


@page
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Find the other record and show both, what each holds and which one stays."""
    kept = _customer(request, pk)
    asked = request.GET.get("q", "").strip()[:100]
    found = matching(asked).exclude(pk=pk).filter(is_active=True)[:_FOUND] if asked else []
    context = {
        "kept": kept,
        "kept_lines": privacy.preview(kept),
        "asked": asked,
        "others": [{"customer": other, "lines": privacy.preview(other)} for other in found],
    }
    return render(request, "desk/merge.html", context)


@action
def merge(request: HttpRequest, pk: int, other: int) -> HttpResponseBase:
    """Make one of two."""
    kept, absorbed = _customer(request, pk), _customer(request, other)
    assert isinstance(request.user, Customer)
    try:
        services.merge(kept, absorbed, by=request.user, channel="web")
    except services.NotPossible:
        messages.error(request, _("These two cannot be joined."))
        return redirect("desk_customer_merge", pk)
    messages.success(request, _("The two records are one now."))
    return redirect("desk_customer", pk)


def _customer(request: HttpRequest, pk: int) -> Customer:
    """Return a customer who is not staff; raises Http404, also for whoever is no manager."""
    if not doors.is_manager(request.user):
        raise Http404
    return get_object_or_404(Customer, pk=pk, is_staff=False)
