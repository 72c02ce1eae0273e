"""The lists of cases agents work through: what is due first on top, and which one comes next."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.cases.models import Case, CaseQuerySet, Status
from portal.customers import addresses
from portal.desk import words

_A_PAGE = 50
TO_ANSWER, MINE, WAITING, SOLVED, FOUND = "answer", "mine", "waiting", "solved", "found"
_OURS = Q(status__in=[Status.NEW, Status.OPEN])
_OVER = Q(status__in=[Status.SOLVED, Status.CLOSED])


@dataclass(frozen=True)
class Shelf:
    """A list an agent may look through; ``count`` is None where it only grows."""

    name: str
    label: str
    count: int | None = None


def _shelves(agent: Any) -> list[Shelf]:
    counted = Case.objects.aggregate(
        answer=Count("pk", filter=_OURS),
        mine=Count("pk", filter=Q(agent=agent) & ~_OVER),
        waiting=Count("pk", filter=Q(status=Status.WAITING)),
    )
    return [
        Shelf(TO_ANSWER, _("To answer"), counted["answer"]),
        Shelf(MINE, _("Mine"), counted["mine"]),
        Shelf(WAITING, _("Waiting for the customer"), counted["waiting"]),
        Shelf(SOLVED, _("Solved")),
    ]


def _rows(shelf: str, agent: Any, asked: str) -> CaseQuerySet:
    """Return the cases of a shelf in working order: high priority first, then what is due first."""
    if shelf == FOUND:
        return matching(asked)
    if shelf == MINE:
        return Case.objects.unsolved().filter(agent=agent).order_by("-priority", "promised_at")
    if shelf == WAITING:
        return Case.objects.filter(status=Status.WAITING)
    if shelf == SOLVED:
        return Case.objects.filter(_OVER).order_by("-solved_at", "-pk")
    return Case.objects.ours_to_act().order_by("-priority", "promised_at", "pk")


def matching(asked: str) -> CaseQuerySet:
    """Return the cases an agent may mean by a number, words of the subject, or a customer."""
    match = Q(number__iexact=asked) | Q(order__number__iexact=asked) | Q(subject__icontains=asked)
    match |= Q(customer__name__icontains=asked) | Q(customer__kana__icontains=asked)
    match |= Q(customer__email=addresses.fold_email(asked))
    return Case.objects.filter(match).order_by("-opened_at", "-pk")


def listed(request: HttpRequest) -> dict[str, Any]:
    """Return what `desk/_cases.html` shows: the shelves, and a page of the one that is open."""
    asked = request.GET.get("q", "").strip()[:100]
    shelf = request.GET.get("shelf", TO_ANSWER)
    shelf = FOUND if asked else shelf if shelf in (MINE, WAITING, SOLVED) else TO_ANSWER
    rows = _rows(shelf, request.user, asked).select_related("customer", "agent")
    page_obj = Paginator(rows, _A_PAGE).get_page(request.GET.get("page"))
    now = timezone.now()
    for row in page_obj:
        row.stands = words.status(row)  # type: ignore[attr-defined]
        row.late = bool(row.promised_at and row.promised_at < now)  # type: ignore[attr-defined]
    where, here = {"q": asked} if asked else {"shelf": shelf}, page_obj.number
    return {
        "asked": asked,
        "shelf": shelf,
        "shelves": _shelves(request.user),
        "page_obj": page_obj,
        # What a link to a case of the list, and back to the list, takes along.
        "where": "?" + urlencode(where | ({"page": here} if here > 1 else {})),
    }


def after(case: Case, rows: list[Case]) -> Case | None:
    """Return the case to work on after ``case``: the one below it in the list, else the first."""
    place = next((n for n, row in enumerate(rows) if row.pk == case.pk), -1)
    below = [*rows[place + 1 :], *rows[: max(place, 0)]]
    return below[0] if below else None
