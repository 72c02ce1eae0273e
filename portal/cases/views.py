"""A customer's inquiries: the list, a new one, one with all that was said, and its files."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cms.answers import find_answers
from orders.models import Order
from portal import limits
from portal.cases import drafts, promises, services
from portal.cases.forms import NewCaseForm, RatingForm, ReplyForm
from portal.cases.models import Attachment, Case, CaseMessage, Status
from portal.customers import codes
from portal.customers.kinds import Channel
from portal.customers.models import Customer, Touchpoint
from portal.flow import WrongMove

DRAFT = "case_draft"
_A_PAGE = 20
_SUGGESTED = 3


@require_safe
@login_required
def case_list(request: HttpRequest) -> HttpResponse:
    """List the customer's inquiries, newest first, each with who acts next."""
    rows = Case.objects.visible_to(request.user)
    page = Paginator(rows, _A_PAGE).get_page(request.GET.get("page"))
    for case in page:
        case.next = promises.next_step(case)  # type: ignore[attr-defined]
    return render(request, "cases/list.html", {"page_obj": page})


def new(request: HttpRequest) -> HttpResponse:
    """Take a new inquiry; who is not signed in proves the e-mail before it counts."""
    customer = request.user if isinstance(request.user, Customer) else None
    form = NewCaseForm(
        request.POST or None,
        request.FILES or None,
        customer=customer,
        initial=_asked_for(request, customer),
    )
    if request.method == "POST" and form.is_valid():
        limits.demand("case.new", limits.network(request))
        values = dict(form.cleaned_data)
        files = values.pop("attachments")
        if customer:
            case = services.open_case(customer, channel=Channel.WEB, files=files, **values)
            return _opened(request, case)
        draft = drafts.keep(email=values.pop("email"), values=values, files=files)
        request.session[DRAFT] = str(draft.key)
        return codes.send(request, draft.email, next=reverse("case_finish"))
    return render(request, "cases/new.html", {"form": form})


def _asked_for(request: HttpRequest, customer: Customer | None) -> dict[str, Any]:
    """Prefill what a link brought along: `?order=`, `?topic=`, `?subject=`."""
    initial: dict[str, Any] = {
        "topic": request.GET.get("topic"),
        "subject": request.GET.get("subject", "")[:120],
    }
    number = request.GET.get("order")
    if customer and number:
        initial["order"] = Order.objects.visible_to(customer).filter(number=number).first()
        initial["topic"] = initial["topic"] or "order"
    return {name: value for name, value in initial.items() if value}


@require_safe
@login_required
def finish(request: HttpRequest) -> HttpResponse:
    """Make the inquiry written before signing in a case; only this browser has its key."""
    assert isinstance(request.user, Customer)
    key = request.session.pop(DRAFT, None)
    case = drafts.finish(key, customer=request.user) if key else None
    return _opened(request, case) if case else redirect("case_list")


def _opened(request: HttpRequest, case: Case) -> HttpResponse:
    messages.success(request, _("Thank you. We have received your inquiry %s.") % case.number)
    return redirect("case", number=case.number)


@require_safe
@login_required
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """Show an inquiry: where it stands, all that was said, and what can be done."""
    return _page(request, _own(request, number), ReplyForm())


def _own(request: HttpRequest, number: str) -> Case:
    rows = Case.objects.visible_to(request.user).select_related("order", "agent")
    return get_object_or_404(rows, number=number)


def _page(
    request: HttpRequest, case: Case, form: ReplyForm, rating: RatingForm | None = None
) -> HttpResponse:
    said = CaseMessage.objects.visible_to(request.user).filter(case=case)
    rated = Touchpoint.objects.filter(
        kind="case.rated", customer_id=case.customer_id, data__case=case.number
    )
    ended = case.status in (Status.SOLVED, Status.CLOSED)
    context = {
        "case": case,
        "next": promises.next_step(case),
        "said": said.prefetch_related("attachments").select_related("author"),
        "form": form,
        "rating": (rating or RatingForm()) if ended else None,
        "rated": rated.first() if ended else None,
        "may_reply": case.status != Status.CLOSED,
        "may_solve": case.flow.allows(case, Status.SOLVED),
    }
    # The open page asks again for the part that changes (live.js), so that typed words stay.
    part = request.headers.get("HX-Request") and request.method == "GET"
    template = "cases/_said.html" if part else "cases/case.html"
    return render(request, template, context, status=400 if form.errors else 200)


@require_POST
@login_required
def reply(request: HttpRequest, number: str) -> HttpResponse:
    """Add what the customer says; what cannot be taken comes back with what was typed."""
    assert isinstance(request.user, Customer)
    case = _own(request, number)
    form = ReplyForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, case, form)
    try:
        services.reply(case, by=request.user, **form.said)
    except services.Closed:
        messages.error(request, _("This inquiry is closed. Please open a new one."))
    else:
        messages.success(request, _("Thank you, we have your reply."))
    return redirect("case", number=number)


@require_POST
@login_required
def solve(request: HttpRequest, number: str) -> HttpResponse:
    """Let the customer say that it is solved."""
    assert isinstance(request.user, Customer)
    case = _own(request, number)
    try:
        services.solve(case, by=request.user)
    except WrongMove:
        messages.info(request, _("It was solved already."))
    else:
        messages.success(request, _("Good to hear. Thank you for telling us."))
    return redirect("case", number=number)


@require_POST
@login_required
def rate(request: HttpRequest, number: str) -> HttpResponse:
    """Take a rating of a solved inquiry."""
    assert isinstance(request.user, Customer)
    case = _own(request, number)
    form = RatingForm(request.POST)
    if not form.is_valid():
        return _page(request, case, ReplyForm(), form)
    try:
        services.rate(case, by=request.user, **form.cleaned_data)
    except ValueError:
        messages.error(request, _("It can be rated once it is solved."))
    else:
        messages.success(request, _("Thank you for your rating."))
    return redirect("case", number=number)


@require_safe
@login_required
def attachment(request: HttpRequest, number: str, pk: int) -> HttpResponseBase:
    """Give out a file of an inquiry to its customer."""
    rows = Attachment.objects.visible_to(request.user)
    return serve(get_object_or_404(rows, pk=pk, message__case__number=number))


def serve(row: Attachment) -> HttpResponseBase:
    """Return a file as a response that no browser runs: pictures inline, the rest to save."""
    response = FileResponse(
        row.file.open("rb"),
        as_attachment=not row.is_picture,
        filename=row.name,
        content_type=row.media,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """Offer FAQ answers to what is being typed, so that many need not wait for us."""
    typed = request.GET.get("subject", "").strip()[:200]
    found = []
    if len(typed) > 1 and limits.hit("search", limits.network(request)):
        found = find_answers(typed, get_language() or "ja", limit=_SUGGESTED)
    return render(request, "cases/_suggest.html", {"answers": found})
