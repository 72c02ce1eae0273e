"""What could not be delivered: to whom, what, when and why; never the letter itself."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from notifications import failures
from notifications.models import Delivery
from portal.customers import history
from portal.customers.models import Customer
from portal.desk.pages import action, page
from portal.flow import WrongMove

_A_PAGE = 50


@page
def index(request: HttpRequest) -> HttpResponse:
    """List what could not be delivered, the newest first."""
    page_obj = Paginator(failures.failed(), _A_PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page_obj, "rows": [_row(delivery) for delivery in page_obj]}
    return render(request, "desk/undelivered.html", context)


def _row(delivery: Delivery) -> dict[str, Any]:
    (entry,) = history.entries([delivery.notification.touchpoint])
    return {
        "delivery": delivery,
        "customer": delivery.notification.customer,
        "about": entry,
        "reason": failures.reason(delivery),
    }


@action
def again(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Try one of them again."""
    assert isinstance(request.user, Customer)
    delivery = get_object_or_404(Delivery, pk=pk)
    try:
        failures.try_again(delivery, by=request.user)
    except WrongMove:
        messages.info(request, _("Somebody is sending it already."))
    else:
        messages.success(request, _("It is being sent again. If it fails, it comes back here."))
    return redirect("desk_undelivered")
