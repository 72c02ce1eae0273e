"""The desk's cases: which ones we owe an answer, and one of them with its customer beside it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from portal.cases import promises, services
from portal.cases.forms import ReplyForm
from portal.cases.models import Attachment, Case, CaseMessage, CaseQuerySet, Status
from portal.cases.views import serve
from portal.customers.models import Customer
from portal.desk.on_behalf import HeardForm
from portal.desk.pages import action, page
from portal.desk.views import about_customer
from portal.flow import WrongMove

_A_PAGE = 50
TO_ANSWER, MINE, WAITING, SOLVED = "answer", "mine", "waiting", "solved"


def _shelves(agent: Any) -> dict[str, tuple[str, CaseQuerySet]]:
    """Return what an agent may look through: a name each, and its cases in working order."""
    return {
        TO_ANSWER: (
            _("To answer"),
            Case.objects.ours_to_act().order_by("-priority", "promised_at"),
        ),
        MINE: (_("Mine"), Case.objects.unsolved().filter(agent=agent).order_by("promised_at")),
        WAITING: (_("Waiting for the customer"), Case.objects.filter(status=Status.WAITING)),
        SOLVED: (_("Solved"), Case.objects.filter(status__in=[Status.SOLVED, Status.CLOSED])),
    }


def _list(request: HttpRequest) -> dict[str, Any]:
    shelves = _shelves(request.user)
    shelf = request.GET.get("shelf", TO_ANSWER)
    shelf = shelf if shelf in shelves else TO_ANSWER
    rows = shelves[shelf][1].select_related("customer", "agent")
    return {
        "shelf": shelf,
        "shelves": [(name, label) for name, (label, _rows) in shelves.items()],
        "page_obj": Paginator(rows, _A_PAGE).get_page(request.GET.get("page")),
    }


@page
def index(request: HttpRequest) -> HttpResponse:
    """List cases, what is due first on top."""
    return render(request, "desk/cases.html", _list(request))


@page
def case(request: HttpRequest, number: str) -> HttpResponse:
    """Show a case with all that was said, notes too, and who the customer is."""
    return _page(request, _case(number), ReplyForm())


def _case(number: str) -> Case:
    rows = Case.objects.select_related("customer", "agent", "order")
    return get_object_or_404(rows, number=number)


def _page(request: HttpRequest, row: Case, form: ReplyForm) -> HttpResponse:
    said = CaseMessage.objects.filter(case=row).prefetch_related("attachments")
    context = {
        **_list(request),
        **about_customer(row.customer),
        "case": row,
        "customer": row.customer,
        "next": promises.next_step(row),
        "said": said.select_related("author"),
        "form": form,
        "heard": HeardForm(auto_id="heard_%s"),
        "may_answer": row.status != Status.CLOSED,
        "may_solve": row.flow.allows(row, Status.SOLVED),
    }
    return render(request, "desk/case.html", context, status=400 if form.errors else 200)


@action
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """Answer the customer, or with `note` only write down something for the others."""
    row = _case(number)
    form = ReplyForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, row, form)
    assert isinstance(request.user, Customer)
    if "note" in request.POST:
        services.note(row, by=request.user, body=form.cleaned_data["body"])
        messages.success(request, _("Noted. Only staff can read it."))
        return redirect("desk_case", number=number)
    try:
        services.answer(row, by=request.user, **form.said)
        if "solved" in request.POST:
            services.solve(row, by=request.user)
    except services.Closed:
        messages.error(request, _("This case is closed."))
    else:
        messages.success(request, _("Sent to the customer."))
    return redirect("desk_case", number=number)


@action
def assign(request: HttpRequest, number: str) -> HttpResponse:
    """Take the case, or give it back to everybody."""
    assert isinstance(request.user, Customer)
    agent = None if "release" in request.POST else request.user
    services.assign(_case(number), agent=agent, by=request.user)
    return redirect("desk_case", number=number)


@action
def solve(request: HttpRequest, number: str) -> HttpResponse:
    """Say that a case is solved."""
    assert isinstance(request.user, Customer)
    try:
        services.solve(_case(number), by=request.user)
    except WrongMove:
        messages.info(request, _("It was solved already."))
    return redirect("desk_case", number=number)


@page
def attachment(request: HttpRequest, number: str, pk: int) -> HttpResponseBase:
    """Give out a file of a case to an agent."""
    return serve(get_object_or_404(Attachment, pk=pk, message__case__number=number))
