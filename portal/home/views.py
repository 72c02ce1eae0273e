"""The customer's own pages that join the rooms: what is under way, the history, the settings."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.vary import vary_on_headers

from orders import sentences
from orders.models import Order
from portal.customers import history as past
from portal.customers import services
from portal.customers.models import Customer, Touchpoint
from portal.home.forms import ProfileForm

PER_PAGE = 30
_UNDER_WAY = 3


@never_cache
@vary_on_headers("HX-Request")
def personal(request: HttpRequest) -> HttpResponse:
    """Show what happens next with the customer's orders; a visitor gets the two doors."""
    part = bool(getattr(request, "htmx", False))
    template = "home/_personal.html" if part else "home/personal.html"
    return render(request, template, _personal(request.user))


def _personal(person: object) -> dict[str, object]:
    if not isinstance(person, Customer):
        return {}
    under_way = Order.objects.visible_to(person).under_way().whole()
    newest = list(under_way[: _UNDER_WAY + 1])
    cards = [
        {
            "order": order,
            "arrival": sentences.arrival(order),
            "next": sentences.next_step(order),
        }
        for order in newest[:_UNDER_WAY]
    ]
    return {"cards": cards, "more": len(newest) > _UNDER_WAY}


@login_required
@vary_on_headers("HX-Request")
def history(request: HttpRequest) -> HttpResponse:
    """List everything that happened between the customer and us, newest first."""
    rows = Touchpoint.objects.visible_to(request.user).prefetch_related("about")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    part = bool(getattr(request, "htmx", False))
    template = "home/_history.html" if part else "home/history.html"
    context = {"entries": past.entries(page.object_list), "page_obj": page}
    return render(request, template, context)


@login_required
def settings(request: HttpRequest) -> HttpResponse:
    """Show and change what we call the customer and the language we write in."""
    customer = request.user
    assert isinstance(customer, Customer)
    form = ProfileForm(request.POST or None, instance=customer)
    if request.method == "POST" and form.is_valid():
        customer = services.change_profile(customer, **form.cleaned_data)
        with translation.override(customer.language):
            messages.success(request, gettext("Saved."))
            return redirect(reverse("settings"))
    return render(request, "home/settings.html", {"form": form})
