"""What an agent does for a customer who called, wrote or came to the shop.

It goes through the very functions the customer's own pages call; the channel and the agent are
noted, so that the history can say "bought on the web, cancelled by phone".
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders import eligibility
from orders import services as orders
from orders.forms import CancelForm
from orders.models import Order
from portal.cases import services as cases
from portal.cases.forms import NewCaseForm, ReplyForm
from portal.cases.models import Case
from portal.customers import addresses
from portal.customers.kinds import Channel
from portal.customers.models import Customer
from portal.desk.pages import action, page

ELSEWHERE = (Channel.PHONE, Channel.STORE, Channel.EMAIL, Channel.LINE)
_FOUND = 20


def _channel() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext_lazy("How did the customer turn to us?"),
        choices=[(channel.value, channel.label) for channel in ELSEWHERE],
    )


class CaseForCustomer(NewCaseForm):
    """A new case in a customer's name."""

    channel = _channel()
    field_order = ("channel", "topic", "order", "subject", "body", "attachments")


class CancelForCustomer(CancelForm):
    """A cancellation in a customer's name."""

    channel = _channel()
    field_order = ("channel", "reason", "note")


class HeardForm(ReplyForm):
    """What a customer said about a case elsewhere."""

    channel = _channel()
    field_order = ("channel", "body", "attachments")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].label = _("What the customer said")


@page
def search(request: HttpRequest) -> HttpResponse:
    """Find customers by e-mail, phone, name, kana, or the number of an order or a case."""
    asked = request.GET.get("q", "").strip()[:100]
    found = matching(asked)[:_FOUND] if asked else Customer.objects.none()
    return render(request, "desk/customers.html", {"asked": asked, "found": found})


def matching(asked: str) -> QuerySet[Customer]:
    """Return the customers an agent may mean by an e-mail, phone, name, or number."""
    number, email, phone = asked.upper(), addresses.fold_email(asked), addresses.fold_phone(asked)
    match = Q(email__startswith=email) | Q(name__icontains=asked) | Q(kana__icontains=asked)
    match |= Q(pk__in=Order.objects.filter(number=number).values("customer"))
    match |= Q(pk__in=Case.objects.filter(number=number).values("customer"))
    if phone:
        match |= Q(phone=phone)
    return Customer.objects.filter(match, is_staff=False).order_by("name", "pk")


@page
def new_case(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the form for a case in a customer's name."""
    customer = get_object_or_404(Customer, pk=pk)
    return _form(request, customer, CaseForCustomer(customer=customer), _("New case"))


@action
def open_case(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a case in a customer's name."""
    customer, agent = get_object_or_404(Customer, pk=pk), request.user
    assert isinstance(agent, Customer)
    form = CaseForCustomer(request.POST, request.FILES, customer=customer)
    if not form.is_valid():
        return _form(request, customer, form, _("New case"))
    values = dict(form.cleaned_data)
    files = values.pop("attachments")
    case = cases.open_case(customer, files=files, actor=agent, **values)
    messages.success(request, _("Case %s was opened for the customer.") % case.number)
    return redirect("desk_case", number=case.number)


@page
def ask_cancel(request: HttpRequest, pk: int, number: str) -> HttpResponse:
    """Show whether an order can be cancelled for its customer, and what goes back."""
    return _cancelling(request, _order(pk, number), CancelForCustomer())


@action
def cancel(request: HttpRequest, pk: int, number: str) -> HttpResponse:
    """Cancel an order for its customer, through the same function as the page and the bot."""
    order, agent = _order(pk, number), request.user
    assert isinstance(agent, Customer)
    form = CancelForCustomer(request.POST)
    if not form.is_valid():
        return _cancelling(request, order, form)
    try:
        orders.cancel(order, by=agent, **form.cleaned_data)
    except orders.NotPossible as no:
        messages.error(request, no.eligibility.text)
    else:
        messages.success(request, _("The shop has been asked to cancel order %s.") % order.number)
    return redirect("desk_customer", pk=pk)


def _order(pk: int, number: str) -> Order:
    return get_object_or_404(Order.objects.filter(customer_id=pk), number=number)


def _cancelling(request: HttpRequest, order: Order, form: CancelForCustomer) -> HttpResponse:
    may = eligibility.may_cancel(order)
    title = _("Cancel order %s") % order.number
    return _form(request, order.customer, form, title, may=may, order=order)


@action
def heard(request: HttpRequest, number: str) -> HttpResponseBase:
    """Write down what a customer said about a case elsewhere; it is our turn again."""
    case, agent = get_object_or_404(Case, number=number), request.user
    assert isinstance(agent, Customer)
    form = HeardForm(request.POST, request.FILES)
    if not form.is_valid():
        return _form(request, case.customer, form, _("What the customer said"))
    try:
        cases.reply(
            case,
            by=case.customer,
            actor=agent,
            channel=form.cleaned_data["channel"],
            **form.said,
        )
    except cases.Closed:
        messages.error(request, _("This case is closed."))
    return redirect("desk_case", number=number)


def _form(
    request: HttpRequest, customer: Customer, form: forms.Form, title: str, **more: Any
) -> HttpResponse:
    context = {"customer": customer, "form": form, "title": title, **more}
    status = 400 if form.errors else 200
    return render(request, "desk/on_behalf.html", context, status=status)
