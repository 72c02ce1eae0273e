"""The customers' pages of orders: list, finding one, one order, cancelling it."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import auth, messages
from django.contrib.auth.decorators import login_required
from django.contrib.contenttypes.models import ContentType
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.vary import vary_on_headers

from orders import destination, eligibility, progress, sentences, services
from orders.forms import CancelForm, FindForm
from orders.models import Order
from portal import limits
from portal.customers import addresses, codes
from portal.customers.models import Touchpoint

PER_PAGE = 20


@vary_on_headers("HX-Request")
def index(request: HttpRequest) -> HttpResponse:
    """List the customer's orders; whoever is not signed in finds one by its number."""
    if not request.user.is_authenticated:
        return redirect("orders:find")
    pages = Paginator(Order.objects.visible_to(request.user).whole(), PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    cards = [_card(order) for order in page.object_list]
    template = "orders/_list.html" if _is_part(request) else "orders/list.html"
    return render(request, template, {"cards": cards, "page_obj": page})


def find(request: HttpRequest) -> HttpResponse:
    """Ask for number and e-mail, send a code whatever they are, and lead on to the order."""
    form = FindForm(request.POST or None, initial={"number": request.GET.get("number", "")[:100]})
    if request.method != "POST" or not form.is_valid():
        return render(request, "orders/find.html", {"form": form})
    number, email = form.cleaned_data["number"], form.cleaned_data["email"]
    limits.demand("order.find.network", limits.network(request))
    limits.demand("order.find.number", number.casefold())
    target = reverse("orders:order", args=[number])
    if request.user.is_authenticated:
        if addresses.fold_email(request.user.email or "") == email:
            return redirect(target)
        # Somebody else's address: they prove it and go on as its owner.
        auth.logout(request)
    return codes.send(request, email, next=target)


@vary_on_headers("HX-Request")
def order(request: HttpRequest, number: str) -> HttpResponse:
    """Show one order. Without a sign-in every number leads to the same question for the e-mail."""
    if not request.user.is_authenticated:
        return redirect(f"{reverse('orders:find')}?{urlencode({'number': number[:100]})}")
    found = _own(request, number)
    if found.number != number:
        return redirect("orders:order", found.number)
    template = "orders/_order.html" if _is_part(request) else "orders/order.html"
    return render(request, template, _page(request, found))


@login_required
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Ask before an order is cancelled, with what goes back; then do it."""
    found = _own(request, number)
    may = eligibility.may_cancel(found)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        limits.demand("order.act", request.user.pk)
        try:
            services.cancel(found, by=found.customer, channel="web", **form.cleaned_data)
        except services.NotPossible as no:
            may = no.eligibility
        else:
            messages.success(request, _("We have received your request to cancel."))
            return redirect("orders:order", found.number)
    context = {"order": found, "may": may, "form": form}
    refused = request.method == "POST" and not may.ok
    return render(request, "orders/cancel.html", context, status=409 if refused else 200)


def _own(request: HttpRequest, number: str) -> Order:
    """Return the customer's own order, however its number is written; any other is not found."""
    rows = Order.objects.visible_to(request.user).filter(number__iexact=number).whole()
    # Two numbers that differ in case only: the one written exactly so comes first.
    for row in sorted(rows, key=lambda row: row.number != number):
        return row
    raise Http404


def _is_part(request: HttpRequest) -> bool:
    """Tell whether a page that is open asks for what changed."""
    return bool(getattr(request, "htmx", False))


def _card(order: Order) -> dict[str, Any]:
    lines = list(order.lines.all())
    return {
        "order": order,
        "arrival": sentences.arrival(order),
        "line": lines[0] if lines else None,
        "more": len(lines) - 1,
    }


def _page(request: HttpRequest, order: Order) -> dict[str, Any]:
    about = Touchpoint.objects.visible_to(request.user).filter(
        about_type=ContentType.objects.get_for_model(Order), about_id=order.pk
    )
    return {
        "order": order,
        "arrival": sentences.arrival(order),
        "next": sentences.next_step(order),
        "steps": progress.steps(order),
        "parcels": progress.parcels(order),
        "totals": progress.totals(order),
        "entries": progress.entries(list(about)),
        "destination": destination.lines(order.destination),
        "may_cancel": eligibility.may_cancel(order),
    }
