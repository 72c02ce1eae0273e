"""What somebody else wrote leads nobody away from us and writes no header of a mail or a page."""

from email import message_from_bytes
from email.policy import default
from types import SimpleNamespace
from urllib.parse import quote, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from notifications import delivering
from notifications.models import Delivery, Notification
from portal.cases import services as cases
from portal.cases.models import Attachment, Case
from portal.customers import timeline
from portal.customers.models import Customer
from portal.shop import services as shop
from portal.uploads import Upload
from tests.customers.test_sign_in import sign_in
from tests.orders.conftest import body, event, line, take

pytestmark = pytest.mark.django_db

ELSEWHERE = [
    "//evil.example/",
    "///evil.example/",
    "////evil.example/%2e%2e",
    "/\\evil.example/",
    "\\\\evil.example/",
    "https:evil.example/",
    "https:/evil.example/",
    "https://evil.example/",
    "http://testserver@evil.example/",
    "http://testserver.evil.example/",
    "//testserver:80@evil.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    "/\t/evil.example/",
    "/\n/evil.example/",
    " //evil.example/",
    "/en/\r\nSet-Cookie: a=b",
    "//evil。example/",
]


@pytest.fixture
def cast(alice, aki, client, settings) -> SimpleNamespace:
    """Somebody signed in, and an agent who has to show a second factor."""
    settings.STAFF_NEED_SECOND_FACTOR = True
    agent = Client()
    client.force_login(alice)
    agent.force_login(aki, "allauth.account.auth_backends.AuthenticationBackend")
    Authenticator.objects.create(user=aki, type="totp", data={"secret": "x"})
    key = Authenticator.objects.create(
        user=alice, type="webauthn", data={"name": "key", "credential": {}}
    )
    return SimpleNamespace(alice=client, agent=agent, key=key, nobody=Client())


def _stays_here(where: str) -> bool:
    """Tell whether a browser that is sent to ``where`` stays with us."""
    # Browsers read a backslash as a slash and leave out tabs and line breaks (WHATWG URL).
    read = where.strip().replace("\\", "/")
    read = "".join(c for c in read if c not in "\t\r\n")
    parts = urlsplit(read)
    return read.startswith("/") and not read.startswith("//") and not parts.netloc


@pytest.mark.parametrize("bad", ELSEWHERE)
def test_no_next_leads_away(bad, cast, alice):
    asked = quote(bad, safe="")
    answers = {
        "signed in already": cast.alice.get(f"/en/sign-in/?next={asked}"),
        "signing out": cast.alice.post("/en/sign-out/", {"next": bad}),
        "by code": sign_in(cast.nobody, "alice@example.com", next=bad),
        "at the desk's door": cast.agent.get(f"/desk/?next={asked}"),
        "at the tools' door": Client().get(f"/cms/login/?next={asked}"),
        "at the admin's door": Client().get(f"/admin/login/?next={asked}"),
        "Wagtail's sign-in": Client().get(f"/en/_util/login/?next={asked}"),
        "second factor": cast.agent.get(f"/en/settings/security/again/?next={asked}"),
    }
    for name, answer in answers.items():
        if answer.status_code == 302:
            assert _stays_here(answer["Location"]), (name, answer["Location"])
        assert answer.status_code in (200, 302, 403, 404, 429), name
        assert "a" not in answer.cookies, name
        for found in ('href="//evil', 'action="//evil', 'action="https://evil'):
            assert found not in answer.content.decode(), name


@pytest.mark.parametrize("bad", ELSEWHERE)
def test_removing_a_passkey_leads_nowhere_else(bad, cast):
    answer = cast.alice.post(f"/en/settings/security/keys/{cast.key.pk}/remove/", {"next": bad})
    assert answer.status_code == 302
    assert _stays_here(answer["Location"])


@pytest.mark.parametrize("path", ["//evil.example/", "/ja//evil.example/", "/\\evil.example/"])
def test_the_language_switch_and_the_language_itself_stay_here(path, client, db):
    answer = client.get(path, headers={"Accept-Language": "en"})
    if answer.status_code in (301, 302):
        assert _stays_here(answer["Location"])
    page = answer.content.decode()
    assert 'href="//evil' not in page
    assert 'href="/\\evil' not in page


@pytest.mark.parametrize("number", ["//evil.example", "\\evil.example", "..//evil.example/"])
def test_an_order_number_leads_to_our_own_page(number, client, alice):
    answer = client.post("/en/orders/find/", {"number": number, "email": "alice@example.com"})
    assert answer.status_code in (200, 302)
    assert _stays_here(answer.get("Location", "/"))
    client.force_login(alice)
    told = timeline.record("order.placed", customer=alice, channel="web", data={"order": number})
    row = Notification.objects.create(touchpoint=told, customer=alice, topic="orders")
    Delivery.objects.create(notification=row, channel="inbox", status="sent")
    answer = client.get(f"/en/inbox/{row.pk}/")
    assert _stays_here(answer["Location"])
    assert answer["Location"].startswith("/en/orders/")


# Line breaks of every kind, and what makes a header where one is let through.
BREAKS = ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"]


@pytest.mark.parametrize("mark", BREAKS)
def test_no_name_or_subject_writes_a_header_of_a_mail(mark, alice, aki, client):
    header = f"{mark}Bcc: eve@evil.example{mark}{mark}<b>not ours</b>"
    Customer.objects.filter(pk=alice.pk).update(name=f"Alice{header}", language="en")
    Customer.objects.filter(pk=aki.pk).update(name=f"Aki{header}")
    shop.change(name_en=f"Hinata{header}", email="help@hinata.example")
    client.force_login(alice)
    said = {"topic": "other", "subject": f"Cup{header}", "body": f"Cup{header}"}
    client.post("/en/cases/new/", said)
    take(body("H-1", line_items=[line("l1", "HT", f"Cup{header}", 100)]), tell=True)
    shipped = event("shipped", timezone.now(), carrier=f"Yamato{header}")
    take(body("H-1", fulfillment={"expectations": [], "events": [shipped]}), tell=True)
    for case in Case.objects.all():
        cases.answer(case, by=aki, body="x")
    for touchpoint in alice.touchpoints.filter(kind__in=["case.answered", "order.shipped"]):
        timeline.announce(touchpoint.pk)
    delivering.deliver_due()
    sign_in(Client(), "alice@example.com")
    assert len(mail.outbox) >= 3
    for message in mail.outbox:
        sent = message_from_bytes(message.message().as_bytes(), policy=default)
        assert message.recipients() == ["alice@example.com"]
        assert sent["Bcc"] is None
        assert not any(ord(c) < 32 or c in "\x85\u2028\u2029" for c in str(sent["Subject"]))


def test_the_mails_of_that_test_do_name_the_case(alice, aki):
    """Otherwise it could not fail."""
    case = cases.open_case(alice, subject="Cup", body="x", topic="other", channel="web")
    cases.answer(case, by=aki, body="x")
    for touchpoint in alice.touchpoints.filter(kind="case.answered"):
        timeline.announce(touchpoint.pk)
    delivering.deliver_due()
    assert any(
        "Cup" in message.subject or case.number in message.subject for message in mail.outbox
    )


@pytest.mark.parametrize("mark", BREAKS)
def test_a_files_name_writes_no_header_of_a_page(mark, alice, client, settings, tmp_path):
    settings.PRIVATE_ROOT = tmp_path
    file = Upload("lid.pdf", "application/pdf", ContentFile(b"%PDF-1.4"))
    case = cases.open_case(
        alice, subject="Cup", body="x", topic="other", channel="web", files=[file]
    )
    Attachment.objects.update(name=f'lid"{mark}Set-Cookie: a=b{mark}.pdf')
    client.force_login(alice)
    answer = client.get(f"/en/cases/{case.number}/files/{Attachment.objects.get().pk}/")
    assert answer.status_code == 200
    assert "a" not in client.cookies
    assert not set(answer["Content-Disposition"]) & set(BREAKS)
    assert answer["Content-Disposition"].startswith("attachment;")
