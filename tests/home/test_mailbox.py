"""The demo's mailbox: only in the demo, only on this machine."""

import json
from datetime import datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.mail import EmailMultiAlternatives, get_connection
from django.http import Http404
from django.test import RequestFactory

from portal.home import mailbox


@pytest.fixture
def box(settings, tmp_path, db):
    settings.DEMO = True
    settings.EMAIL_FILE_PATH = str(tmp_path)

    def send(to: str, subject: str) -> None:
        message = EmailMultiAlternatives(subject, "本文です", "help@example.com", [to])
        message.attach_alternative("<p>本文です</p>", "text/html")
        message.connection = get_connection("django.core.mail.backends.filebased.EmailBackend")
        message.send()

    return send


def ask(query: str = "", *, peer: str = "127.0.0.1", accept: str = "application/json"):
    request = RequestFactory().get(f"/dev/mail/{query}", REMOTE_ADDR=peer, HTTP_ACCEPT=accept)
    request.user, request.LANGUAGE_CODE = AnonymousUser(), "en"
    return mailbox.mail(request)


def read(response) -> list[dict]:
    return json.loads(response.content)


def test_the_newest_stands_first_and_has_what_the_contract_says(box):
    box("alice@example.com", "一通目")
    box("bob@example.com", "二通目")
    mails = read(ask())
    assert [m["subject"] for m in mails] == ["二通目", "一通目"]
    assert set(mails[0]) == {"to", "subject", "text", "html", "at"}
    assert mails[0]["text"].strip() == "本文です"
    assert mails[0]["html"].strip() == "<p>本文です</p>"
    assert datetime.fromisoformat(mails[0]["at"]).tzinfo


def test_one_address_is_narrowed_to_exactly(box):
    box("alice@example.com", "to alice")
    box("malice@example.com", "to somebody else")
    assert [m["subject"] for m in read(ask("?to=Alice@Example.com"))] == ["to alice"]


def test_several_mails_of_one_connection_are_told_apart(box, settings):
    connection = get_connection("django.core.mail.backends.filebased.EmailBackend")
    connection.send_messages(
        [
            EmailMultiAlternatives(f"n{n}", "text", "h@example.com", ["a@example.com"])
            for n in range(3)
        ]
    )
    assert [m["subject"] for m in read(ask())] == ["n2", "n1", "n0"]


def test_an_empty_box_is_an_empty_list(box):
    assert read(ask()) == []


def test_a_person_sees_a_page(box):
    box("alice@example.com", "hello")
    page = ask(accept="text/html").content.decode()
    assert "hello" in page and "本文です" in page


@pytest.mark.parametrize("peer", ["192.0.2.1", "10.0.0.1", "", "nonsense", "2001:db8::1"])
def test_nobody_looks_from_outside(box, peer):
    with pytest.raises(Http404):
        ask(peer=peer)


def test_outside_the_demo_there_is_none(box, settings, client):
    settings.DEMO = False
    with pytest.raises(Http404):
        ask()
    assert client.get("/dev/mail/", follow=True).status_code == 404
