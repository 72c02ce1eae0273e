"""Who may open what: every URL that names something, for everybody, by GET and by POST.

What is not somebody's own answers as if it did not exist: same status, same page, nothing written.
A URL that takes an argument and is not in the table fails a test until it is.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import translation
from django.utils.html import escape

from bot.models import ChatMessage, Conversation
from notifications import links as told_links
from notifications.models import Delivery, Notification
from orders import links
from portal.cases import services as cases
from portal.cases.models import Attachment, CaseMessage
from portal.customers import groups, timeline
from portal.customers.models import Customer
from portal.uploads import Upload
from tests.cms.conftest import pages, shipping_en
from tests.orders.conftest import body, take

__all__ = ["pages", "shipping_en"]
pytestmark = pytest.mark.django_db

OWNER, OTHER, LINK, VISITOR = "owner", "another customer", "holder of a mail link", "visitor"
AGENT, MANAGER, EDITOR, ANONYMOUS = "agent", "manager", "editor", "anonymous"
DESK = (AGENT, MANAGER)
EVERYBODY = (ANONYMOUS, VISITOR, LINK, OTHER, EDITOR, AGENT, MANAGER, OWNER)
NOBODY_ELSE: tuple[str, ...] = ()
# Where somebody who has not signed in is sent, whatever was asked for.
QUESTIONS = ("/en/sign-in/", "/en/orders/find/")
ASKED = {"subject": "A chipped lid", "body": "See the file.", "topic": "product"}
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')


@dataclass(frozen=True)
class Door:
    """One URL: what it is called with, and who may pass by which method.

    ``real`` and ``missing`` give the arguments for what is alice's and for what nobody has.
    """

    real: Callable[[Any], dict[str, Any]]
    missing: Callable[[Any], dict[str, Any]]
    get: tuple[str, ...] = NOBODY_ELSE
    post: tuple[str, ...] = NOBODY_ELSE
    data: dict[str, Any] = field(default_factory=dict)
    # What those who may pass are answered when it does not exist.
    absent: int = 404


def _case(world: Any) -> dict[str, Any]:
    return {"number": world.case.number}


def _no_case(world: Any) -> dict[str, Any]:
    return {"number": "C-234567"}


def _file(world: Any) -> dict[str, Any]:
    return {"number": world.case.number, "pk": world.file.pk}


def _no_file(world: Any) -> dict[str, Any]:
    return {"number": world.case.number, "pk": world.file.pk + 1}


def _order(world: Any) -> dict[str, Any]:
    return {"number": "ALICES-1"}


def _no_order(world: Any) -> dict[str, Any]:
    return {"number": "NOBODY-1"}


def _her_order(world: Any) -> dict[str, Any]:
    return {"pk": world.alice.pk, **_order(world)}


def _no_order_of_hers(world: Any) -> dict[str, Any]:
    return {"pk": world.alice.pk, **_no_order(world)}


def _chat(world: Any) -> dict[str, Any]:
    return {"chat": world.chat.public_id}


def _no_chat(world: Any) -> dict[str, Any]:
    return {"chat": "6f1b1d2e-0000-4000-8000-000000000000"}


def _pk(what: str, further: int = 0) -> Callable[[Any], dict[str, Any]]:
    return lambda world: {"pk": getattr(world, what).pk + further}


def _token(what: str) -> Callable[[Any], dict[str, Any]]:
    return lambda world: {"token": getattr(world, what)}


def _bad(what: str) -> Callable[[Any], dict[str, Any]]:
    return lambda world: {"token": getattr(world, what)[:-6] + "xxxxxx"}


def _page(world: Any) -> dict[str, Any]:
    return {"slug": "shipping-fee"}


def _no_page(world: Any) -> dict[str, Any]:
    return {"slug": "nothing-here"}


DOORS = {
    "orders/<path:number>/": Door(_order, _no_order, get=(OWNER,), post=(OWNER,)),
    "orders/<path:number>/cancel/": Door(
        _order, _no_order, get=(OWNER,), post=(OWNER,), data={"reason": "changed_mind"}
    ),
    # The link itself is the right to see the masked page; it is nobody's to change.
    "orders/link/<str:token>/": Door(_token("link"), _bad("link"), get=EVERYBODY),
    "cases/<str:number>/": Door(_case, _no_case, get=(OWNER,)),
    "cases/<str:number>/reply/": Door(_case, _no_case, post=(OWNER,), data={"body": "Hello?"}),
    "cases/<str:number>/solve/": Door(_case, _no_case, post=(OWNER,)),
    "cases/<str:number>/rate/": Door(_case, _no_case, post=(OWNER,), data={"score": 4}),
    "cases/<str:number>/files/<int:pk>/": Door(_file, _no_file, get=(OWNER,)),
    "inbox/<int:pk>/": Door(_pk("told"), _pk("told", 1), get=(OWNER,)),
    # The token in the mail is the right to stop the mails, without signing in (RFC 8058).
    "notifications/stop/<str:token>/": Door(
        _token("stop"), _bad("stop"), get=EVERYBODY, post=EVERYBODY
    ),
    "settings/security/keys/<int:pk>/remove/": Door(
        _pk("passkey"), _pk("passkey", 1), get=(OWNER,), post=(OWNER,)
    ),
    "desk/chats/<uuid:chat>/": Door(_chat, _no_chat, get=DESK, absent=200),
    "desk/chats/<uuid:chat>/about/": Door(_chat, _no_chat, get=DESK),
    "desk/chats/<uuid:chat>/notes/": Door(_chat, _no_chat, get=DESK),
    "desk/cases/<str:number>/": Door(_case, _no_case, get=DESK),
    "desk/cases/<str:number>/answer/": Door(
        _case, _no_case, post=DESK, data={"body": "Here you are."}
    ),
    "desk/cases/<str:number>/assign/": Door(_case, _no_case, post=DESK),
    "desk/cases/<str:number>/solve/": Door(_case, _no_case, post=DESK),
    "desk/cases/<str:number>/files/<int:pk>/": Door(_file, _no_file, get=DESK),
    "desk/customer/<int:pk>/": Door(_pk("alice"), _pk("alice", 1000), get=DESK),
    "desk/cases/<str:number>/heard/": Door(
        _case, _no_case, post=DESK, data={"body": "It arrived.", "channel": "phone"}
    ),
    "desk/undelivered/<int:pk>/again/": Door(_pk("lost"), _pk("lost", 1000), post=DESK),
    "desk/customer/<int:pk>/case/": Door(_pk("alice"), _pk("alice", 1000), get=DESK),
    "desk/customer/<int:pk>/case/open/": Door(
        _pk("alice"), _pk("alice", 1000), post=DESK, data={**ASKED, "channel": "phone"}
    ),
    "desk/customer/<int:pk>/orders/<path:number>/cancel/": Door(
        _her_order, _no_order_of_hers, get=DESK
    ),
    "desk/customer/<int:pk>/orders/<path:number>/cancelled/": Door(
        _her_order,
        _no_order_of_hers,
        post=DESK,
        data={"reason": "changed_mind", "channel": "phone"},
    ),
    "desk/customer/<int:pk>/merge/": Door(_pk("alice"), _pk("alice", 1000), get=(MANAGER,)),
    "desk/customer/<int:pk>/merge/<int:other>/": Door(
        lambda world: {"pk": world.alice.pk, "other": world.twin.pk},
        lambda world: {"pk": world.alice.pk, "other": world.twin.pk + 1000},
        post=(MANAGER,),
    ),
    # A question that is not published yet is there for its editors only, behind /cms/.
    "help/<str:slug>/vote/": Door(_page, _no_page, data={"helpful": "yes"}),
}
# What takes an argument and names nothing that is anybody's: why.
PUBLIC = {
    "documents/^(\\d+)/(.*)$": "what editors put there for everybody to download",
    "documents/authenticate_with_password/<int:restriction_id>/": "a password of Wagtail's own",
    "_util/authenticate_with_password/<int:page_view_restriction_id>/<int:page_id>/": "the same",
    "media/images/<path:path>": "pictures of published pages, by the server itself in the demo",
    "^((?:[\\w\\-]+/)*)$": "the published pages; a draft is tested below",
}
# Every path below these is looked at together, whatever it takes: test_matrix_tools.py.
TOOLS = ("cms/", "admin/")


def routes(patterns: Any, prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            yield path


def _taking_arguments() -> set[str]:
    """Return every route that takes an argument, without the language."""
    with translation.override("en"):
        found = {route.removeprefix("en/") for route in routes(get_resolver().url_patterns)}
    return {route for route in found if re.search(r"<|\((?!\?:)", route)}


def _path(route: str, arguments: dict[str, Any]) -> str:
    prefix = "/" if route.startswith("desk/") else "/en/"
    return prefix + re.sub(r"<\w+:(\w+)>", lambda found: str(arguments[found[1]]), route)


def test_every_url_that_takes_an_argument_is_in_the_table():
    found = {route for route in _taking_arguments() if not route.startswith(TOOLS)}
    assert found == {*DOORS, *PUBLIC}


@pytest.fixture
def world(alice, settings, tmp_path) -> SimpleNamespace:
    """One of each thing that can be named, all of them alice's."""
    settings.PRIVATE_ROOT = tmp_path
    take(body("ALICES-1"), tell=False)
    order = alice.orders.get()
    upload = Upload("lid.pdf", "application/pdf", ContentFile(b"%PDF-1.4 alice's"))
    case = cases.open_case(alice, channel="web", files=[upload], **ASKED)
    touchpoint = timeline.record("order.placed", customer=alice, about=order, channel="web")
    told = Notification.objects.create(touchpoint=touchpoint, customer=alice, topic="orders")
    Delivery.objects.create(notification=told, channel="inbox", status="sent")
    lost = Delivery.objects.create(notification=told, channel="email", status="failed")
    chat = Conversation.objects.create(customer=alice, visitor="alices-browser", next_seq=2)
    ChatMessage.objects.create(conversation=chat, seq=1, author="customer", text="alice's words")
    with translation.override("en"):
        stop = urlsplit(told_links.stop(told)).path.rstrip("/").rpartition("/")[2]
    return SimpleNamespace(
        alice=alice,
        order=order,
        case=case,
        file=Attachment.objects.get(),
        told=told,
        chat=chat,
        lost=lost,
        link=links.token(order),
        stop=stop,
        twin=Customer.objects.create_user("alice@home.example", name="有栖 花"),
        passkey=Authenticator.objects.create(
            user=alice, type="webauthn", data={"name": "Alice's phone", "credential": {}}
        ),
    )


@pytest.fixture
def people(world, alice, bob, aki, eri, visitor) -> dict[str, Client]:
    """A browser for everybody of the matrix."""
    browsers = {name: Client(headers={"Accept-Language": "en"}) for name in EVERYBODY}
    mako = Customer.objects.create_user("mako@shop.example", is_staff=True)
    mako.groups.add(Group.objects.get_or_create(name=groups.MANAGERS)[0])
    staff = ((AGENT, aki), (MANAGER, mako), (EDITOR, eri))
    for name, person in ((OWNER, alice), (OTHER, bob), *staff):
        browsers[name].force_login(person, "allauth.account.auth_backends.AuthenticationBackend")
    assert browsers[LINK].get(f"/en/orders/link/{world.link}/").status_code == 200
    # A token is shown to the chat only; a page that took it as a proof would be wrong.
    browsers[VISITOR].defaults["HTTP_AUTHORIZATION"] = f"Bearer {visitor.token}"
    browsers[VISITOR].cookies["visitor"] = visitor.token
    return browsers


class Writing:
    """Notes every statement that writes, but for sessions, which signing in needs."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __call__(self, execute: Any, sql: str, *rest: Any) -> Any:
        """Let a statement through and note it if it writes."""
        if re.match(r"\s*(INSERT|UPDATE|DELETE)", sql) and "django_session" not in sql:
            self.statements.append(sql)
        return execute(sql, *rest)


def _send(browser: Client, method: str, path: str, data: dict[str, Any]) -> Any:
    if method == "get":
        return browser.get(path)
    return browser.post(path, data, headers={"Origin": "http://testserver"})


def _seen(answer: Any, asked: list[str]) -> tuple[int, str, str]:
    """Return what somebody sees of an answer, with what they asked for themselves left out."""
    shown = "" if answer.streaming else _TOKEN.sub("", answer.content.decode())
    where = answer.get("Location", "")
    for words in asked:
        for written in (words, quote(words, safe=""), escape(words)):
            shown, where = shown.replace(written, "~"), where.replace(written, "~")
    return answer.status_code, where, shown


def _check_refused(browser: Client, method: str, door: Door, route: str, world: Any) -> str:
    """Return what is wrong with how somebody is refused; "" if nothing is."""
    seen = []
    writing = Writing()
    with connection.execute_wrapper(writing):
        for arguments in (door.real(world), door.missing(world)):
            path = _path(route, arguments)
            answer = _send(browser, method, path, door.data)
            # The page leads to itself in another language; a search for a number shows it.
            number = [arguments["number"]] if "number" in arguments else []
            seen.append(_seen(answer, [path.removeprefix("/en"), *number]))
    (status, where, shown), missing = seen
    if (status, where, shown) != missing:
        return f"{seen[0][:2]} but {missing[:2]} for what does not exist, or another page"
    if writing.statements:
        return f"wrote {writing.statements}"
    if status == 302:
        return "" if where.startswith(QUESTIONS) else f"sent to {where}"
    return "" if status in (404, 405) else f"got {status}"


def _check_let_in(browser: Client, method: str, door: Door, route: str, world: Any) -> str:
    """Return what is wrong with how somebody is let in; "" if nothing is."""
    there = _send(browser, method, _path(route, door.missing(world)), door.data)
    # What is not found without a language is looked for below one (LocaleMiddleware).
    if there.status_code == 302 and there["Location"].startswith("/en/desk/"):
        there = browser.get(there["Location"])
    if there.status_code != door.absent:
        return f"got {there.status_code} for what does not exist"
    answer = _send(browser, method, _path(route, door.real(world)), door.data)
    asked = answer.get("Location", "").startswith(QUESTIONS)
    return "" if answer.status_code in (200, 302) and not asked else f"got {answer.status_code}"


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("route", DOORS)
def test_only_who_may_passes(route, method, world, people, pages, shipping_en):
    if route.startswith("help/"):
        shipping_en.unpublish()
    door = DOORS[route]
    may_pass = getattr(door, method)
    wrong = {}
    for person in sorted(EVERYBODY, key=lambda name: name in may_pass):
        check = _check_let_in if person in may_pass else _check_refused
        wrong[person] = check(people[person], method, door, route, world)
    assert not {person: fault for person, fault in wrong.items() if fault}


def test_a_file_is_not_had_through_a_case_of_ones_own(world, people, bob):
    own = cases.open_case(bob, subject="Mine", body="x", topic="other", channel="web")
    answer = people[OTHER].get(f"/en/cases/{own.number}/files/{world.file.pk}/")
    assert answer.status_code == 404


def test_a_file_of_an_internal_note_is_staffs_only(world, people):
    CaseMessage.objects.update(internal=True)
    path = f"cases/{world.case.number}/files/{world.file.pk}/"
    assert people[OWNER].get(f"/en/{path}").status_code == 404
    assert people[AGENT].get(f"/desk/{path}").status_code == 200


def test_an_agent_acts_on_an_order_only_for_its_own_customer(world, people, bob):
    path = f"/desk/customer/{bob.pk}/orders/ALICES-1"
    assert people[AGENT].get(f"{path}/cancel/", follow=True).status_code == 404
    data = {"reason": "changed_mind", "channel": "phone"}
    people[AGENT].post(f"{path}/cancelled/", data)
    assert not world.order.cancellations.exists()


def test_an_order_of_somebody_else_cannot_be_named_in_a_case(world, people, bob):
    take(body("BOBS-1", "bob@example.com"), tell=False)
    asked = {"topic": "order", "subject": "x", "body": "x", "order": world.order.pk}
    answer = people[OTHER].post("/en/cases/new/", asked)
    assert answer.status_code == 200
    assert not bob.cases.exists()
    form = people[OTHER].get("/en/cases/new/?order=ALICES-1").context["form"]
    assert "ALICES-1" not in str(form)


@pytest.mark.parametrize("path", ["", "help/", "help/shipping-fee/", "?q=shipping"])
def test_a_draft_is_nobodys_to_read(path, people, shipping_en):
    shipping_en.unpublish()
    for person, browser in people.items():
        page = browser.get(f"/en/{path}").content.decode()
        assert "Shipping is a flat 600 yen" not in page, person
