"""The desk's cases: which ones we owe an answer, and one of them with its customer beside it."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.cases import services
from portal.cases.forms import ReplyForm
from portal.cases.models import Attachment, Case, CaseMessage, Status
from portal.cases.views import serve
from portal.customers import doors
from portal.customers.models import Customer
from portal.desk import shelves, words
from portal.desk.on_behalf import HeardForm
from portal.desk.pages import action, page
from portal.desk.views import about_customer
from portal.flow import WrongMove


class AnswerForm(ReplyForm):
    """What an agent answers, or notes for colleagues."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].label = _("Answer or note")
        self.fields["body"].required = True


@page
def index(request: HttpRequest) -> HttpResponse:
    """List cases, what is due first on top."""
    return render(request, "desk/cases.html", shelves.listed(request))


@page
def case(request: HttpRequest, number: str) -> HttpResponse:
    """Show a case with all that was said, notes too, and who the customer is."""
    return _page(request, _case(number), AnswerForm())


def _case(number: str) -> Case:
    rows = Case.objects.select_related("customer", "agent", "order")
    return get_object_or_404(rows, number=number)


def _page(
    request: HttpRequest, row: Case, form: ReplyForm, *, news: str = "", status: int = 200
) -> HttpResponse:
    messages_of = CaseMessage.objects.filter(case=row).select_related("author")
    said = list(messages_of.prefetch_related("attachments"))
    listed = shelves.listed(request)
    context = {
        **listed,
        **about_customer(row.customer),
        "case": row,
        "customer": row.customer,
        "stands": words.status(row),
        "next": words.next_step(row),
        "following": shelves.after(row, list(listed["page_obj"])),
        "said": said,
        "seen": _seen(row, said[-1] if said else None),
        "news": news,
        "form": form,
        "heard": HeardForm(auto_id="heard_%s"),
        "colleagues": [one for one in doors.agents() if one.pk != row.agent_id],
        "may_answer": row.status != Status.CLOSED,
        "may_solve": row.flow.allows(row, Status.SOLVED),
    }
    return render(request, "desk/case.html", context, status=400 if form.errors else status)


def _seen(row: Case, newest: CaseMessage | None) -> str:
    """Return what tells, when an answer comes, whether its writer has seen all there is."""
    return f"{newest.pk if newest else 0}.{row.status}"


def _news(row: Case, seen: str) -> str:
    """Say what happened since the page with ``seen`` was opened; "" if nothing did."""
    newest = CaseMessage.objects.filter(case=row).select_related("author").order_by("pk").last()
    if not seen or seen == _seen(row, newest):
        return ""
    if newest and seen.partition(".")[0] != str(newest.pk):
        who = newest.author.name if newest.author else newest.get_by_display()
        return _("Meanwhile %(who)s has written here. Nothing was sent yet: please read first.") % {
            "who": who
        }
    return _("Meanwhile this stands differently: %(status)s. Nothing was sent yet.") % {
        "status": words.status(row)
    }


def _back(request: HttpRequest, number: str) -> HttpResponse:
    """Return to the case, and to the list it was chosen from."""
    where = {key: request.GET[key] for key in ("shelf", "q", "page") if key in request.GET}
    address = reverse("desk_case", kwargs={"number": number})
    return redirect(f"{address}?{urlencode(where)}" if where else address)


@action
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """Answer the customer, or with `note` only write down something for the others.

    Whoever has not seen the newest of the case is shown it first (409); nothing is sent then.
    """
    row = _case(number)
    form = AnswerForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, row, form)
    assert isinstance(request.user, Customer)
    if "note" in request.POST:
        services.note(row, by=request.user, **form.said)
        messages.success(request, _("Noted. Only staff can read it."))
        return _back(request, number)
    if news := _news(row, request.POST.get("seen", "")):
        return _page(request, row, form, news=news, status=409)
    try:
        services.answer(row, by=request.user, **form.said)
        if "solved" in request.POST:
            services.solve(row, by=request.user)
    except services.Closed:
        messages.error(request, _("This case is closed."))
    else:
        messages.success(request, _("Sent to the customer."))
    return _back(request, number)


@action
def assign(request: HttpRequest, number: str) -> HttpResponse:
    """Take the case, hand it to a colleague, or give it back to everybody."""
    assert isinstance(request.user, Customer)
    agent: Customer | None = request.user
    if "release" in request.POST:
        agent = None
    elif colleague := request.POST.get("agent", ""):
        agent = get_object_or_404(doors.agents(), pk=int(colleague) if colleague.isdigit() else 0)
    services.assign(_case(number), agent=agent, by=request.user)
    return _back(request, number)


@action
def solve(request: HttpRequest, number: str) -> HttpResponse:
    """Say that a case is solved."""
    assert isinstance(request.user, Customer)
    try:
        services.solve(_case(number), by=request.user)
    except WrongMove:
        messages.info(request, _("It was solved already."))
    return _back(request, number)


@page
def attachment(request: HttpRequest, number: str, pk: int) -> HttpResponseBase:
    """Give out a file of a case to an agent."""
    return serve(get_object_or_404(Attachment, pk=pk, message__case__number=number))
