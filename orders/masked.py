"""The page behind the link in a mail: one order, masked and read-only.

Whoever opens it has proven nothing: it shows when the order comes and what is in it, no name, no
street, no price, no whole tracking number, and changes nothing. Its owner, signed in, goes on to
the order itself.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from orders import destination, links, progress, sentences

_SHOWN_OF_TRACKING = 4


@require_safe
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Show the order a token opens; a bad, expired or revoked one says so, with 404."""
    order = links.order_of(token)
    if order is not None and order.customer_id == request.user.pk:
        return redirect("orders:order", order.number)
    if order is None:
        response = render(request, "orders/link_gone.html", status=404)
    else:
        context = {
            "order": order,
            "arrival": sentences.arrival(order),
            "next": sentences.next_step(order),
            "steps": progress.steps(order),
            "carrier": sentences.carrier_name(order),
            "tracking": [_end(parcel.number) for parcel in progress.parcels(order)],
            "destination": destination.masked(order.destination),
        }
        response = render(request, "orders/link.html", context)
    patch_cache_control(response, private=True, no_store=True)
    response["X-Robots-Tag"] = "noindex"
    return response


def _end(number: str) -> str:
    """Return a tracking number as its owner recognises it: the last digits only."""
    return f"…{number[-_SHOWN_OF_TRACKING:]}" if len(number) > 2 * _SHOWN_OF_TRACKING else "…"
