"""Proving an e-mail inside the chat, as the contract has it."""

import json
import re
import smtplib
import time
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from portal.customers import pending, services, timeline, visitors
from portal.customers.models import Customer, Identity, PendingCode, Touchpoint

pytestmark = pytest.mark.django_db

ASK, CONFIRM = "/sign-in/code/", "/sign-in/code/confirm/"
OWN, EMBEDDING = "https://help.shop.example", "https://www.shop.example"


@pytest.fixture(autouse=True)
def sites(settings):
    settings.BASE_URL = OWN
    settings.WIDGET_ORIGINS = [EMBEDDING]
    settings.CHAT_ORIGINS = [OWN, EMBEDDING]


def post(client: Client, path: str, body: object, *, origin: str | None = OWN, **headers):
    headers = {**({"Origin": origin} if origin else {}), **headers}
    data = body if isinstance(body, bytes) else json.dumps(body)
    return client.post(path, data, content_type="application/json", headers=headers)


def ask(client: Client, visitor, email: str = "alice@example.com", **options):
    return post(client, ASK, {"email": email, "visitor": visitor.token}, **options)


def confirm(client: Client, visitor, code: str | None = None, **options):
    code = code or latest_code()
    return post(client, CONFIRM, {"code": code, "visitor": visitor.token}, **options)


def latest_code() -> str:
    return re.search(r"\b(\d{6})\b", mail.outbox[-1].body)[1]


def wrong_code() -> str:
    return "111111" if latest_code() != "111111" else "222222"


def test_alice_proves_her_address_in_the_chat(client, alice, visitor):
    assert ask(client, visitor).status_code == 202
    answer = confirm(client, visitor)
    assert answer.status_code == 200
    proven = visitors.read(answer.json()["visitor"])
    assert (proven.key, proven.customer_id) == (visitor.key, alice.pk)
    assert Identity.objects.get(customer=alice).verified_at


def test_on_our_own_origin_it_opens_a_session_as_well(client, alice, visitor):
    ask(client, visitor)
    confirm(client, visitor)
    assert client.session["_auth_user_id"] == str(alice.pk)


def test_on_an_embedding_site_it_opens_no_session_and_sets_no_cookie(client, alice, visitor):
    ask(client, visitor, origin=EMBEDDING)
    answer = confirm(client, visitor, origin=EMBEDDING)
    assert visitors.read(answer.json()["visitor"]).customer_id == alice.pk
    assert not client.cookies


def test_an_agents_address_opens_no_session_without_the_second_factor(client, aki, visitor):
    ask(client, visitor, aki.email)
    assert confirm(client, visitor).status_code == 200
    assert "_auth_user_id" not in client.session


def test_an_agent_at_this_browser_stays_signed_in(client, alice, aki, visitor):
    client.force_login(aki)
    ask(client, visitor)
    assert confirm(client, visitor).status_code == 200
    assert client.session["_auth_user_id"] == str(aki.pk)


def test_the_proof_lasts_twelve_hours_and_the_visitor_longer(alice, visitor, monkeypatch):
    token = visitors.proven(visitor, customer_id=alice.pk).token
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + 12 * 3600 - 5)
    assert visitors.read(token).customer_id == alice.pk
    monkeypatch.setattr("time.time", lambda: now + 12 * 3600 + 5)
    assert visitors.read(token) == visitors.Visitor(visitor.key)
    monkeypatch.setattr("time.time", lambda: now + 181 * 24 * 3600)
    assert visitors.read(token) is None


def test_reading_a_token_again_does_not_prolong_the_proof(alice, visitor, monkeypatch):
    now = time.time()
    first = visitors.proven(visitor, customer_id=alice.pk)
    monkeypatch.setattr("time.time", lambda: now + 11 * 3600)
    again = visitors.read(visitors.read(first.token).token).token
    monkeypatch.setattr("time.time", lambda: now + 13 * 3600)
    assert visitors.read(again).customer_id is None


@pytest.mark.parametrize(
    "token", [None, 5, "", "x", "a:b:c", ["a"], {"key": "x"}, "x" * 600, "あ:い:う"]
)
def test_a_bad_token_is_nobody(token):
    assert visitors.read(token) is None


def test_a_tampered_token_is_nobody(alice, visitor):
    token = visitors.proven(visitor, customer_id=alice.pk).token
    assert visitors.read(("A" if token[0] != "A" else "B") + token[1:]) is None


def test_what_the_visitor_did_before_becomes_the_customers(client, alice, visitor):
    timeline.record("customer.proven", visitor=visitor.key, channel="chat")
    ask(client, visitor)
    confirm(client, visitor)
    assert not Touchpoint.objects.filter(customer=None).exists()
    kinds = set(Touchpoint.objects.of(alice).values_list("kind", flat=True))
    assert kinds == {"customer.proven", "customer.signed_in"}


def test_what_is_another_customers_stays_theirs(client, alice, bob, visitor):
    theirs = timeline.record("customer.proven", customer=bob, visitor=visitor.key, channel="chat")
    ask(client, visitor)
    confirm(client, visitor)
    theirs.refresh_from_db()
    assert theirs.customer == bob


def test_known_and_unknown_addresses_are_answered_alike(alice, visitor):
    known = ask(Client(), visitor)
    unknown = ask(Client(), visitors.new(), "nobody@example.com")
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert len(mail.outbox) == 2


def test_asking_makes_no_customer_of_a_stranger(client, visitor):
    ask(client, visitor, "nobody@example.com")
    assert not Customer.objects.exists()
    confirm(client, visitor)
    assert Customer.objects.get().email == "nobody@example.com"


def test_the_code_is_not_kept_readable(client, visitor):
    ask(client, visitor)
    row = PendingCode.objects.get()
    assert latest_code() not in row.code


@pytest.mark.parametrize(
    "body",
    [
        {"email": "alice", "visitor": "T"},
        {"email": 5, "visitor": "T"},
        {"email": None, "visitor": "T"},
        {"visitor": "T"},
        {"email": "alice@example.com"},
        {"email": "alice@example.com", "visitor": None},
        {"email": "alice@example.com", "visitor": "forged"},
        {"email": "alice@example.com", "visitor": {"a": 1}},
    ],
)
def test_asking_is_answered_202_and_does_nothing_when_there_is_nothing_to_do(
    client, alice, visitor, body, caplog
):
    if body.get("visitor") == "T":
        body = {**body, "visitor": visitor.token}
    assert post(client, ASK, body).status_code == 202
    assert not mail.outbox
    assert not PendingCode.objects.exists()
    assert "alice" not in caplog.text


@pytest.mark.parametrize("code", ["", "12345", "abcdef", 123456, None, ["1"], "１" * 100])
def test_a_code_that_is_none_is_refused(client, alice, visitor, code):
    ask(client, visitor)
    answer = post(client, CONFIRM, {"code": code, "visitor": visitor.token})
    assert (answer.status_code, answer.json()) == (400, {"error": "wrong_code"})


def test_full_width_digits_are_taken(client, alice, visitor):
    ask(client, visitor)
    wide = latest_code().translate({ord("0") + n: "０１２３４５６７８９"[n] for n in range(10)})
    assert confirm(client, visitor, wide).status_code == 200


def test_a_wrong_code_changes_nothing_but_the_tries(client, alice, visitor, caplog):
    ask(client, visitor)
    assert confirm(client, visitor, wrong_code()).status_code == 400
    assert PendingCode.objects.get().tries == 1
    assert not Identity.objects.exists()
    assert not client.cookies
    assert wrong_code() not in caplog.text


def test_after_five_wrong_codes_the_right_one_is_too_late(client, alice, visitor):
    ask(client, visitor)
    for _ in range(5):
        confirm(client, visitor, wrong_code())
    assert confirm(client, visitor).status_code == 400


def test_a_code_works_once(client, alice, visitor):
    ask(client, visitor)
    assert confirm(client, visitor).status_code == 200
    assert confirm(client, visitor).status_code == 400


def test_a_code_is_too_late_after_fifteen_minutes(client, alice, visitor):
    ask(client, visitor)
    PendingCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert confirm(client, visitor).status_code == 400


def test_another_visitor_cannot_use_the_code(client, alice, visitor):
    ask(client, visitor)
    assert confirm(client, visitors.new()).status_code == 400


def test_without_a_visitor_confirming_is_refused(client, alice, visitor):
    ask(client, visitor)
    answer = post(client, CONFIRM, {"code": latest_code(), "visitor": "forged"})
    assert answer.status_code == 400


def test_a_closed_account_is_refused_like_a_wrong_code(client, alice, visitor):
    Customer.objects.update(is_active=False)
    ask(client, visitor)
    answer = confirm(client, visitor)
    assert (answer.status_code, answer.json()) == (400, {"error": "wrong_code"})


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "https://evil.example",
        "https://help.shop.example.evil.example",
        "https://help.shop.example:8443",
        "https://help.shop.example:99999999",
        "http://help.shop.example",
        "https://help.shop.example/",
        "https://HELP.shop.example",
    ],
)
@pytest.mark.parametrize("path", [ASK, CONFIRM])
def test_a_foreign_or_look_alike_origin_is_refused(client, alice, visitor, path, origin):
    body = {"email": "alice@example.com", "code": "123456", "visitor": visitor.token}
    answer = post(client, path, body, origin=origin)
    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer
    assert not mail.outbox


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
@pytest.mark.parametrize("path", [ASK, CONFIRM])
def test_only_json_is_taken(client, path, kind):
    answer = client.generic("POST", path, b"{}", content_type=kind, headers={"Origin": OWN})
    assert answer.status_code == 415


@pytest.mark.parametrize(
    "body", [b" ", b"nope", b"[1]", b'"x"', b"\xff", b"[" * 3000, b'{"a":"' + b"x" * 5000 + b'"}']
)
@pytest.mark.parametrize("path", [ASK, CONFIRM])
def test_a_body_that_is_no_small_object_is_refused(client, path, body):
    answer = post(client, path, body)
    assert answer.status_code == 400
    assert not mail.outbox


@pytest.mark.parametrize("path", [ASK, CONFIRM])
def test_reading_is_not_what_these_are_for(client, path):
    answer = client.get(path, headers={"Origin": OWN})
    assert answer.status_code == 405
    assert answer["Allow"] == "POST, OPTIONS"


def test_a_page_of_an_embedding_site_may_read_the_answer(client, alice, visitor):
    before = client.options(ASK, headers={"Origin": EMBEDDING})
    assert before.status_code == 204
    assert before["Access-Control-Allow-Origin"] == EMBEDDING
    assert before["Access-Control-Allow-Headers"] == "Content-Type"
    assert "Access-Control-Allow-Credentials" not in before
    after = ask(client, visitor, origin=EMBEDDING)
    assert after["Access-Control-Allow-Origin"] == EMBEDDING
    assert "Origin" in after["Vary"]


def test_no_csrf_token_is_wanted(alice, visitor):
    client = Client(enforce_csrf_checks=True)
    assert ask(client, visitor).status_code == 202
    assert confirm(client, visitor).status_code == 200


def test_one_address_is_not_flooded_and_the_answer_stays_202(alice):
    statuses = {ask(Client(), visitors.new()).status_code for _ in range(7)}
    assert statuses == {202}
    assert len(mail.outbox) == 5


def test_one_visitor_cannot_write_to_everybody(client, visitor):
    for n in range(10):
        ask(client, visitor, f"p{n}@example.com")
    assert len(mail.outbox) == 8


def test_guessing_is_limited_over_many_codes(client, alice, visitor, settings):
    settings.ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 1000
    ask(client, visitor)
    for _ in range(20):
        confirm(client, visitor, wrong_code())
    assert confirm(client, visitor).status_code == 400


def test_a_mail_server_out_of_reach_is_still_202(client, alice, visitor, monkeypatch, caplog):
    def refuse(*_args, **_options):
        raise smtplib.SMTPServerDisconnected("no")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    assert ask(client, visitor).status_code == 202
    assert "code.not_sent" in caplog.text


@pytest.mark.parametrize(
    ("language", "subject"), [("ja", "確認コード"), ("en", "is your code for")]
)
def test_the_mail_is_in_the_language_of_the_browser(client, visitor, language, subject):
    ask(client, visitor, "new@example.com", **{"Accept-Language": language})
    assert subject in mail.outbox[0].subject


def test_asking_again_ends_the_code_before(client, alice, visitor):
    ask(client, visitor)
    first = latest_code()
    ask(client, visitor)
    if first != latest_code():
        assert confirm(client, visitor, first).status_code == 400
    assert confirm(client, visitor).status_code == 200


def test_codes_nobody_typed_are_swept(visitor):
    pending.start(visitor, email="x@example.com")
    PendingCode.objects.update(expires_at=timezone.now() - timedelta(days=2))
    services.sweep_unproven()
    assert not PendingCode.objects.exists()
