"""Who may pass which staff door. The one place for it: middleware, pages and sockets ask here."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from portal.customers import groups
from portal.customers.models import Customer

Person = Customer | AnonymousUser


def _groups(person: Person) -> frozenset[str]:
    """Return the staff groups of a person, read once for each loaded person."""
    if not isinstance(person, Customer) or not (person.is_active and person.is_staff):
        return frozenset()
    if person.is_superuser:
        return frozenset(groups.ALL)
    if not hasattr(person, "_door_groups"):
        names = person.groups.filter(name__in=groups.ALL).values_list("name", flat=True)
        person._door_groups = frozenset(names)  # type: ignore[attr-defined]
    kept: frozenset[str] = person._door_groups  # type: ignore[attr-defined]
    return kept


def is_staff(person: Person) -> bool:
    """Tell whether the person belongs to the shop: active, staff, and in one of its groups."""
    return bool(_groups(person))


def is_agent(person: Person) -> bool:
    """Tell whether the person may work at the desk."""
    return bool(_groups(person) & {groups.AGENTS, groups.MANAGERS})


def agents() -> QuerySet[Customer]:
    """Return everybody who may work at the desk, by name."""
    names = [groups.AGENTS, groups.MANAGERS]
    staff = Customer.objects.filter(is_active=True, is_staff=True, groups__name__in=names)
    return staff.distinct().order_by("name", "pk")


def is_editor(person: Person) -> bool:
    """Tell whether the person may write in the CMS."""
    return bool(_groups(person) & {groups.EDITORS, groups.MANAGERS})


def is_manager(person: Person) -> bool:
    """Tell whether the person may see figures and merge or erase customers."""
    return groups.MANAGERS in _groups(person)


def may_administer(person: Person) -> bool:
    """Tell whether the person may use Django's admin."""
    return is_staff(person) and bool(person.is_superuser)


DOORS: dict[str, Callable[[Person], bool]] = {
    "/desk/": is_agent,
    "/cms/": is_editor,
    "/admin/": may_administer,
}


def home_of(person: Person) -> str:
    """Return the path of the door a member of staff works behind, "" for everybody else."""
    if is_agent(person):
        return "/desk/"
    return "/cms/" if is_editor(person) else ""


def second_factor_shown(session: Any, person: Person) -> bool:
    """Tell whether ``person`` has shown a second factor in ``session``, or none is asked for.

    Takes the session alone, so that a socket can ask as well as a page.
    """
    if not settings.STAFF_NEED_SECOND_FACTOR:
        return True
    records = get_authentication_records(SimpleNamespace(session=session), person)
    return any(record["method"] == "mfa" for record in records)


def second_factor_url(person: Person) -> str:
    """Return where staff show their second factor again, or set one up if they have none."""
    kinds = set(Authenticator.objects.filter(user=person).values_list("type", flat=True))
    if Authenticator.Type.TOTP in kinds:
        return reverse("mfa_reauthenticate")
    if Authenticator.Type.WEBAUTHN in kinds:
        return reverse("mfa_reauthenticate_webauthn")
    return reverse("mfa_index")


def middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Stand at every staff door before any view behind it runs."""

    def guarded(request: HttpRequest) -> HttpResponse:
        door = next((path for path in DOORS if request.path.startswith(path)), None)
        return (door and _turned_away(request, DOORS[door])) or get_response(request)

    return guarded


def _turned_away(request: HttpRequest, may_pass: Callable[[Person], bool]) -> HttpResponse | None:
    """Return where somebody who may not pass is sent, None for who may.

    For somebody signed in to whom the door never opens, raises PermissionDenied at the door itself,
    which says so, and Http404 for all that lies behind it, there or not (OWASP WSTG, IDOR).
    """
    onward = urlencode({"next": request.get_full_path()})
    if not request.user.is_authenticated:
        return redirect(f"{reverse('account_request_login_code')}?{onward}")
    if not may_pass(request.user):
        raise PermissionDenied if request.path in DOORS else Http404
    if not second_factor_shown(request.session, request.user):
        return redirect(f"{second_factor_url(request.user)}?{onward}")
    return None
