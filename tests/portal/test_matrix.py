"""Who may reach what: every URL and frame that names somebody's thing × every kind of person.

Somebody else's thing is not found, as one that does not exist; a staff door is closed. A test
fails for a URL that takes an argument and has no row here.
"""

import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.translation import override

from bot.models import AgentNote, ChatMessage, Conversation
from notifications.models import Channel, Delivery, Notification
from orders import links
from orders.models import Cancellation, Order
from portal.cases.models import Attachment, Case, CaseMessage
from portal.customers import timeline, visitors
from portal.customers.models import Customer, Touchpoint
from tests.orders.conftest import body, take

pytestmark = pytest.mark.django_db

OWNER, OTHER, HOLDER, VISITOR = "owner", "other", "holder of a mail's link", "visitor"
AGENT, EDITOR, NOBODY = "agent", "editor", "anonymous"
EVERYBODY = (OWNER, OTHER, HOLDER, VISITOR, AGENT, EDITOR, NOBODY)
OUTSIDE = (HOLDER, VISITOR, NOBODY)

SECRETS = ("有栖", "葵区1-1", "HER-WORDS", "HER-FILE", "HER-NOTE")
# Of the sign-out form; another one on each page.
CSRF_TOKEN = r'value="\w{64}"'


@dataclass
class Hers:
    """Alice's things in every room."""

    order: Order
    case: Case
    file: Attachment
    internal: Attachment
    chat: Conversation
    told: Notification
    passkey: Authenticator


@pytest.fixture
def hers(alice: Customer, settings: Any, tmp_path: Any) -> Hers:
    settings.PRIVATE_ROOT = tmp_path
    address = {"street_address": "葵区1-1", "address_locality": "静岡市", "full_name": "有栖 花"}
    where = {"id": "x1", "line_items": [], "method_type": "shipping", "destination": address}
    take(body("HER-1", alice.email, fulfillment={"expectations": [where], "events": []}))
    order = Order.objects.get()
    Order.objects.update(destination=address)
    case = Case.objects.create(number="C-HERS", customer=alice, subject="HER-WORDS", order=order)
    said = CaseMessage.objects.create(case=case, by="customer", author=alice, body="HER-WORDS")
    note = CaseMessage.objects.create(case=case, by="agent", body="HER-NOTE", internal=True)
    chat = Conversation.objects.create(customer=alice)
    ChatMessage.objects.create(conversation=chat, seq=1, author="customer", text="HER-WORDS")
    Conversation.objects.update(next_seq=2)
    AgentNote.objects.create(conversation=chat, client_id=uuid.uuid4(), text="HER-NOTE")
    row = timeline.record(
        "order.shipped", customer=alice, about=order, data={"order": order.number}, tell=False
    )
    told = Notification.objects.create(touchpoint=row, customer=alice, topic="orders")
    Delivery.objects.create(notification=told, channel=Channel.INBOX, status="sent")
    key = Authenticator.objects.create(user=alice, type="webauthn", data={"name": "x"})
    return Hers(order, case, _file(said), _file(note), chat, told, key)


def _file(message: CaseMessage) -> Attachment:
    content = ContentFile(b"HER-FILE", "x.pdf")
    return Attachment.objects.create(
        message=message, file=content, name="x.pdf", media="application/pdf", size=8
    )


@pytest.fixture
def browser(hers: Hers, alice: Customer, bob: Customer, aki: Customer, eri: Customer) -> Callable:
    """Return the browser of one of EVERYBODY."""
    people = {OWNER: alice, OTHER: bob, AGENT: aki, EDITOR: eri}

    def of(who: str) -> Client:
        client = Client()
        if who in people:
            client.force_login(people[who])
        if who == HOLDER:
            assert client.get(f"/en/orders/link/{links.token(hers.order)}/").status_code == 200
        if who == VISITOR:
            _say_hello(client, visitors.new().token)
        return client

    return of


# What each kind of URL answers each kind of person; "ok" is anything below 400.
OWN = {OWNER: "ok", OTHER: 404, AGENT: 404, EDITOR: 404, **dict.fromkeys(OUTSIDE, "sign in")}
NOT_EVEN_OWN = {**OWN, OWNER: 404}
DESK = {AGENT: "ok", OWNER: 403, OTHER: 403, EDITOR: 403, **dict.fromkeys(OUTSIDE, "sign in")}
MANAGERS = {**DESK, AGENT: 403}
ANYBODY_MASKED = dict.fromkeys(EVERYBODY, "ok")


@dataclass(frozen=True)
class Row:
    """A URL with an argument, how it is asked for, and what it answers whom."""

    name: str
    args: Callable[[Hers], list[Any]]
    answers: dict[str, Any]
    post: dict[str, Any] | None = None


BY_PHONE = {"channel": "phone"}
A_CASE = {**BY_PHONE, "topic": "other", "subject": "x", "body": "y"}
A_WISH = {**BY_PHONE, "reason": "mistake"}

ROWS = [
    Row("orders:order", lambda h: [h.order.number], OWN),
    Row("orders:cancel", lambda h: [h.order.number], OWN),
    Row("orders:cancel", lambda h: [h.order.number], OWN, post={"reason": "mistake"}),
    Row("orders:link", lambda h: [links.token(h.order)], ANYBODY_MASKED),
    Row("case", lambda h: [h.case.number], OWN),
    Row("case_reply", lambda h: [h.case.number], OWN, post={"body": "more"}),
    Row("case_solve", lambda h: [h.case.number], OWN, post={}),
    Row("case_rate", lambda h: [h.case.number], OWN, post={"score": "5"}),
    Row("case_file", lambda h: [h.case.number, h.file.pk], OWN),
    Row("case_file", lambda h: [h.case.number, h.internal.pk], NOT_EVEN_OWN),
    Row("notifications:open", lambda h: [h.told.pk], OWN),
    Row("mfa_remove_webauthn", lambda h: [h.passkey.pk], OWN),
    Row("mfa_remove_webauthn", lambda h: [h.passkey.pk], OWN, post={}),
    Row("desk_chat", lambda h: [h.chat.public_id], DESK),
    Row("desk_about", lambda h: [h.chat.public_id], DESK),
    Row("desk_notes", lambda h: [h.chat.public_id], DESK),
    Row("desk_case", lambda h: [h.case.number], DESK),
    Row("desk_case_answer", lambda h: [h.case.number], DESK, post={"body": "answer"}),
    Row("desk_case_assign", lambda h: [h.case.number], DESK, post={}),
    Row("desk_case_solve", lambda h: [h.case.number], DESK, post={}),
    Row("desk_case_file", lambda h: [h.case.number, h.file.pk], DESK),
    Row("desk_customer", lambda h: [h.order.customer_id], DESK),
    Row("desk_customer_case", lambda h: [h.order.customer_id], DESK),
    Row("desk_customer_case_open", lambda h: [h.order.customer_id], DESK, post=A_CASE),
    Row("desk_customer_cancel", lambda h: [h.order.customer_id, h.order.number], DESK),
    Row(
        "desk_customer_cancelled",
        lambda h: [h.order.customer_id, h.order.number],
        DESK,
        post=A_WISH,
    ),
    Row("desk_case_heard", lambda h: [h.case.number], DESK, post={**BY_PHONE, "body": "x"}),
    Row("desk_customer_merge", lambda h: [h.order.customer_id], MANAGERS),
    Row("desk_customer_merged", lambda h: [h.order.customer_id, 1], MANAGERS, post={}),
]

# URLs with an argument that names nothing of a customer's, or that says nothing about them.
NOBODYS = {
    "faq_vote": "a published answer",
    "wagtail_serve": "a published page",
    "wagtaildocs_serve": "a document the editors publish",
    "wagtaildocs_authenticate_with_password": "a document the editors publish",
    "wagtailcore_authenticate_with_password": "a page the editors publish",
    "stop": "its token alone is the right to stop a mail, and shows no person",
    None: "pictures the editors publish, in the demo",
}


def _with_arguments(patterns: list[Any], prefix: str = "") -> dict[str | None, str]:
    found: dict[str | None, str] = {}
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found |= _with_arguments(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and ("<" in route or "(" in route):
            found[pattern.name] = route
    return found


def test_every_url_that_takes_an_argument_has_its_row():
    routes = _with_arguments(get_resolver().url_patterns)
    tools = ("cms/", "admin/")  # behind their doors: tests/customers/test_doors.py
    named = {name for name, route in routes.items() if not route.startswith(tools)}
    assert named - {row.name.split(":")[-1] for row in ROWS} - set(NOBODYS) == set()


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize(
    "row", ROWS, ids=lambda row: f"{row.name}{'' if row.post is None else ' POST'}"
)
def test_url(row: Row, who: str, hers: Hers, browser: Callable):
    client = browser(who)
    with override("en"):
        url = reverse(row.name, args=row.args(hers))
    before = _written()
    answer = client.get(url) if row.post is None else client.post(url, row.post)
    expected = row.answers[who]
    if expected == "sign in":
        assert answer.status_code == 302, answer.status_code
        assert answer.url.startswith(("/en/sign-in/", "/ja/sign-in/", "/en/orders/find/"))
    elif expected == "ok":
        assert answer.status_code < 400, answer.status_code
        assert "sign-in" not in answer.get("Location", "")
    else:
        assert answer.status_code == expected
    if expected != "ok":
        assert _written() == before, "somebody who may not has changed something"
    if expected != "ok" or (row.answers is ANYBODY_MASKED and who != OWNER):
        shown = answer.content.decode()
        assert not [secret for secret in SECRETS if secret in shown]


def _written() -> tuple[Any, ...]:
    models = (Touchpoint, CaseMessage, Cancellation, ChatMessage, Authenticator, Attachment)
    counts = tuple(model.objects.count() for model in models)
    states = tuple(Case.objects.values_list("status", "agent_id"))
    return counts, states, tuple(Order.objects.values_list("status"))


@pytest.mark.parametrize("row", [row for row in ROWS if row.answers is OWN and row.post is None])
def test_somebody_elses_looks_like_nothing_at_all(row: Row, hers: Hers, browser: Callable):
    """Status and length tell nothing about whether it exists."""
    client = browser(OTHER)
    missing = [f"{arg}9" if isinstance(arg, str) else arg + 9_999 for arg in row.args(hers)]
    with override("en"):
        there, not_there = (reverse(row.name, args=args) for args in (row.args(hers), missing))
    answers = [client.get(url) for url in (there, not_there)]
    assert [answer.status_code for answer in answers] == [404, 404]
    bodies = [
        re.sub(CSRF_TOKEN, "", answer.content.decode().replace(url.removeprefix("/en"), ""))
        for answer, url in zip(answers, (there, not_there), strict=True)
    ]
    assert bodies[0] == bodies[1]


def _frames(client: Client, *frames: dict[str, Any]) -> list[dict[str, Any]]:
    answer = client.post(
        "/chat/frames/",
        {"frames": list(frames)},
        "application/json",
        headers={"Origin": settings.CHAT_ORIGINS[0]},
    )
    assert answer.status_code == 200
    return answer.json()["frames"]


def _hello(conversation: str | None, visitor: str | None) -> dict[str, Any]:
    return {
        "type": "hello",
        "conversation": conversation,
        "after": 0,
        "language": "en",
        "visitor": visitor,
        "page": None,
    }


def _say_hello(client: Client, visitor: str | None) -> list[dict[str, Any]]:
    return _frames(client, _hello(None, visitor))


FRAMES: list[dict[str, Any]] = [
    {"type": "say", "id": str(uuid.uuid4()), "text": "me too"},
    {"type": "press", "id": str(uuid.uuid4()), "payload": "/affirm"},
    {"type": "mail_me", "id": str(uuid.uuid4())},
    {"type": "typing"},
    {"type": "seen", "seq": 1},
    {"type": "leave_queue"},
    {"type": "end"},
]


@pytest.mark.parametrize("who", [who for who in EVERYBODY if who != OWNER])
@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame["type"])
def test_no_frame_of_a_stranger_reaches_her_chat(
    frame: dict[str, Any], who: str, hers: Hers, browser: Callable
):
    token = visitors.new().token if who == VISITOR else None
    said = _frames(browser(who), _hello(str(hers.chat.public_id), token), frame)
    assert said[0]["type"] == "error" and said[0]["code"] == "not_yours"
    assert not [secret for secret in SECRETS if secret in str(said)]
    welcome = next(one for one in said if one["type"] == "welcome")
    assert welcome["conversation"] != str(hers.chat.public_id)
    hers.chat.refresh_from_db()
    assert (hers.chat.owner, hers.chat.next_seq) == ("bot", 2)
    assert hers.chat.messages.count() == 1


def test_she_herself_reads_on(hers: Hers, browser: Callable):
    """Otherwise the test above could not fail."""
    (welcome,) = _frames(browser(OWNER), _hello(str(hers.chat.public_id), None))
    assert "HER-WORDS" in str(welcome["messages"])
    assert "HER-NOTE" not in str(welcome)


def test_a_proof_that_is_over_opens_nothing(hers: Hers, alice: Customer, monkeypatch):
    token = visitors.proven(visitors.new(), customer_id=alice.pk).token
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + 12 * 3600 + 1)
    said = _frames(Client(), _hello(str(hers.chat.public_id), token))
    assert said[0]["code"] == "not_yours"
