"""Sign-in by code: the same for everybody, and nothing is learned by trying."""

import re
import smtplib
import time

import pytest
from django.core import mail
from django.test import Client

from portal.customers import services
from portal.customers.models import Customer, Identity, Touchpoint

pytestmark = pytest.mark.django_db

PAGE, CODE = "/en/sign-in/", "/en/sign-in/code/"


def code_of(message) -> str:
    return re.search(r"\b(\d{6})\b", message.body)[1]


def ask(client: Client, email: str, *, page: str = PAGE, next: str = ""):
    return client.post(page, {"email": email, "next": next})


def sign_in(client: Client, email: str, **options):
    answer = ask(client, email, **options)
    return client.post(answer.url, {"code": code_of(mail.outbox[-1])})


def signed_in(client: Client) -> int | None:
    pk = client.session.get("_auth_user_id")
    return int(pk) if pk else None


def test_alice_signs_in_with_the_code_of_the_mail(client, alice):
    answer = sign_in(client, "alice@example.com", next="/en/orders/A1/")
    assert signed_in(client) == alice.pk
    assert answer.url == "/en/orders/A1/"


def test_the_code_proves_the_address(client, alice):
    sign_in(client, "alice@example.com")
    identity = Identity.objects.get(customer=alice)
    assert (identity.kind, identity.value) == ("email", "alice@example.com")
    assert identity.verified_at
    assert Touchpoint.objects.of(alice).get().kind == "customer.signed_in"


def test_an_address_is_found_however_it_is_written(client, alice):
    sign_in(client, "  ＡＬＩＣＥ＠Example.com ")
    assert signed_in(client) == alice.pk
    assert mail.outbox[0].to == ["alice@example.com"]
    assert Customer.objects.count() == 1


def test_somebody_unknown_signs_in_the_same_way(client):
    sign_in(client, "new@example.com")
    assert signed_in(client) == Customer.objects.get(email="new@example.com").pk


def test_known_and_unknown_addresses_are_answered_alike(alice):
    answers = {}
    for email in ("alice@example.com", "nobod@example.com"):
        client = Client()
        first = ask(client, email)
        second = client.get(first.url)
        wrong = client.post(first.url, {"code": "000000"})
        answers[email] = (
            first.status_code,
            first.url,
            second.status_code,
            len(second.content),
            wrong.status_code,
        )
    assert len(set(answers.values())) == 1
    assert [len(m.to) for m in mail.outbox] == [1, 1]


def test_full_width_digits_and_blanks_are_taken(client, alice):
    url = ask(client, "alice@example.com").url
    digits = code_of(mail.outbox[0])
    wide = digits.translate({ord("0") + n: "０１２３４５６７８９"[n] for n in range(10)})
    client.post(url, {"code": f" {wide[:3]} {wide[3:]} "})
    assert signed_in(client) == alice.pk


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("/en/sign-in/", "This is not the code of the latest mail."),
        ("/ja/sign-in/", "確認コードが違います。"),
    ],
)
def test_a_wrong_code_says_so_and_signs_nobody_in(client, alice, page, words, caplog):
    url = ask(client, "alice@example.com", page=page).url
    wrong = "111111" if code_of(mail.outbox[0]) != "111111" else "222222"
    answer = client.post(url, {"code": wrong})
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert signed_in(client) is None
    assert not Identity.objects.exists()
    assert wrong not in caplog.text


def test_a_wrong_code_is_typed_anew_in_an_empty_field(client, alice):
    url = ask(client, "alice@example.com").url
    answer = client.post(url, {"code": "1234567"})
    assert answer.status_code == 200
    assert "1234567" not in answer.content.decode()


@pytest.mark.parametrize(
    ("page", "words"),
    [("/en/sign-in/", "please sign in first"), ("/ja/sign-in/", "ログインしていただくと")],
)
def test_who_wanted_a_page_of_their_own_is_told_why_they_sign_in(client, page, words):
    assert words not in client.get(page).content.decode()
    assert words in client.get(page, {"next": "/en/cases/"}).content.decode()


def test_after_five_wrong_codes_the_right_one_is_too_late(client, alice):
    url = ask(client, "alice@example.com").url
    right = code_of(mail.outbox[0])
    wrong = "111111" if right != "111111" else "222222"
    for _ in range(5):
        answer = client.post(url, {"code": wrong})
    assert answer.url == PAGE
    client.post(url, {"code": right})
    assert signed_in(client) is None


def test_a_code_is_too_late_after_fifteen_minutes(client, alice, monkeypatch):
    url = ask(client, "alice@example.com").url
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + 15 * 60 + 1)
    client.post(url, {"code": code_of(mail.outbox[0])})
    assert signed_in(client) is None


def test_a_code_works_only_in_the_browser_that_asked(client, alice):
    url = ask(client, "alice@example.com").url
    stranger = Client()
    answer = stranger.post(url, {"code": code_of(mail.outbox[0])})
    assert answer.url == PAGE
    assert signed_in(stranger) is None


def test_a_new_code_replaces_the_old_one(client, alice):
    url = ask(client, "alice@example.com", next="/en/orders/").url
    answer = client.post(url, {"action": "resend", "next": "/en/orders/"})
    assert answer.url == f"{CODE}?next=%2Fen%2Forders%2F"
    old, new = (code_of(m) for m in mail.outbox)
    if old != new:
        client.post(answer.url, {"code": old})
        assert signed_in(client) is None
    client.post(answer.url, {"code": new})
    assert signed_in(client) == alice.pk


def test_who_mistyped_can_go_back_and_use_another_address(client, alice):
    ask(client, "alcie@example.com")
    assert client.get(PAGE).status_code == 200
    sign_in(client, "alice@example.com")
    assert signed_in(client) == alice.pk


def test_the_code_page_masks_the_address(client, alice):
    page = client.get(ask(client, "alice@example.com").url).content.decode()
    assert "al•••@example.com" in page
    assert "alice@example.com" not in page
    assert 'autocomplete="one-time-code"' in page
    assert 'inputmode="numeric"' in page


@pytest.mark.parametrize(
    ("page", "email", "words"),
    [
        ("/en/sign-in/", "alice", "does not look like an e-mail address"),
        ("/ja/sign-in/", "alice", "メールアドレスの形になっていないようです"),
        ("/en/sign-in/", "", "Please enter your e-mail address."),
        ("/ja/sign-in/", "a@b@c", "メールアドレスの形になっていないようです"),
        ("/ja/sign-in/", "a\r\nBcc: x@example.com", "メールアドレスの形になっていないようです"),
    ],
)
def test_what_is_no_address_is_refused_and_nothing_written(client, page, email, words, caplog):
    answer = ask(client, email, page=page)
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not Customer.objects.exists()
    assert not mail.outbox
    assert not email or email not in caplog.text


@pytest.mark.parametrize(
    "bad",
    [
        "//evil.example/",
        "\\evil.example",
        "/\\evil.example",
        "https:evil.example",
        "https://evil.example/",
        "http://testserver.evil.example/",
        "javascript:alert(1)",
        "/\r\nSet-Cookie: a=b",
        "///evil.example",
    ],
)
def test_next_never_leads_to_a_stranger(client, alice, bad):
    answer = sign_in(client, "alice@example.com", next=bad)
    assert answer.status_code == 302
    assert answer.url == "/en/" or (answer.url.startswith("/") and "evil" not in answer.url)
    assert "\n" not in answer.url


def test_the_session_is_a_new_one_after_signing_in(client, alice):
    url = ask(client, "alice@example.com").url
    before = client.session.session_key
    client.post(url, {"code": code_of(mail.outbox[0])})
    assert client.session.session_key != before


def test_a_session_set_by_somebody_else_gains_nothing(alice):
    attacker, victim = Client(), Client()
    ask(attacker, "mallory@example.com")
    fixed = attacker.cookies["sessionid"].value
    victim.cookies["sessionid"] = fixed
    sign_in(victim, "alice@example.com")
    assert victim.cookies["sessionid"].value != fixed
    assert signed_in(attacker) is None


@pytest.mark.parametrize(
    ("page", "words"),
    [("/en/sign-in/", "A short pause, please"), ("/ja/sign-in/", "少し時間をおいて")],
)
def test_the_sixth_code_an_hour_for_one_address_has_to_wait(client, page, words):
    for _ in range(5):
        assert ask(Client(), "x@example.com").status_code == 302
    answer = ask(client, "x@example.com", page=page)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert len(mail.outbox) == 5
    assert ask(Client(), "y@example.com").status_code == 302
    assert words in answer.content.decode()
    # Said in whole minutes, and never less than what has to be waited.
    minutes = re.search(r"(\d+)(?:分ほど| minutes?\.)", answer.content.decode())[1]
    assert 0 <= int(minutes) * 60 - int(answer["Retry-After"]) < 60


def test_one_network_cannot_ask_for_everybody(client):
    statuses = [ask(Client(), f"p{n}@example.com").status_code for n in range(31)]
    assert statuses == [302] * 30 + [429]
    assert Customer.objects.count() == 30


def test_guessing_is_limited_over_many_codes(client, alice, settings):
    settings.ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 100
    url = ask(client, "alice@example.com").url
    right = code_of(mail.outbox[0])
    wrong = "111111" if right != "111111" else "222222"
    statuses = [client.post(url, {"code": wrong}).status_code for _ in range(21)]
    assert statuses == [200] * 20 + [429]


@pytest.mark.parametrize(
    ("page", "subject", "words"),
    [
        ("/en/sign-in/", "is your code for", "Enter it on the page you came from"),
        ("/ja/sign-in/", "確認コード", "お手続き中の画面に入力してください"),
    ],
)
def test_the_mail_is_in_the_language_of_the_page(client, page, subject, words):
    ask(client, "new@example.com", page=page)
    message = mail.outbox[0]
    html = message.alternatives[0].content
    assert subject in message.subject
    assert code_of(message) in message.subject
    assert words in message.body
    assert words in html
    assert code_of(message) in html
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"


def test_who_came_before_is_written_to_in_the_own_language(client, alice):
    sign_in(client, "alice@example.com", page="/ja/sign-in/")
    ask(Client(), "alice@example.com", page="/en/sign-in/")
    assert "確認コード" in mail.outbox[-1].subject


def test_the_first_sign_in_settles_the_language(client, alice):
    sign_in(client, "alice@example.com", page="/en/sign-in/")
    alice.refresh_from_db()
    assert alice.language == "en"


def test_a_mail_server_out_of_reach_is_said_and_not_hidden(client, alice, monkeypatch, caplog):
    def refuse(*_args, **_options):
        raise smtplib.SMTPConnectError(421, "alice@example.com later")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    answer = client.post(PAGE, {"email": "alice@example.com"}, follow=True)
    assert "We could not send the mail just now" in answer.content.decode()
    assert "code.not_sent" in caplog.text
    assert alice.email not in caplog.text


def test_who_signs_out_is_out(client, alice):
    sign_in(client, "alice@example.com")
    answer = client.post("/en/sign-out/")
    assert answer.url == "/en/"
    assert signed_in(client) is None


def test_a_link_alone_signs_nobody_out(client, alice):
    sign_in(client, "alice@example.com")
    assert client.get("/en/sign-out/").status_code == 200
    assert signed_in(client) == alice.pk


def test_forms_of_sign_in_want_their_csrf_token(alice):
    client = Client(enforce_csrf_checks=True)
    assert ask(client, "alice@example.com").status_code == 403
    assert not mail.outbox


def test_a_closed_account_gets_nowhere(client, alice):
    alice.is_active = False
    alice.save()
    answer = sign_in(client, "alice@example.com")
    assert answer.url == PAGE
    assert signed_in(client) is None


def test_an_agent_arrives_at_the_desk_and_an_editor_in_the_cms(aki, eri):
    assert sign_in(Client(), aki.email).url == "/desk/"
    assert sign_in(Client(), eri.email).url == "/cms/"


def test_a_session_of_staff_ends_with_the_day_and_a_customers_lasts_a_month(alice, aki):
    ages = []
    for person in (aki, alice):
        browser = Client()
        sign_in(browser, person.email)
        ages.append(browser.session.get_expiry_age())
    assert ages == [12 * 3600, 30 * 24 * 3600]


def test_a_proven_address_wins_over_one_that_is_only_known(alice, bob):
    services.prove(bob, kind="email", value="b2@example.com")
    Customer.objects.create_user("b2@example.com")
    assert services.find("B2@example.com") == bob
