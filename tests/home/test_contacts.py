"""Contacts made elsewhere: taken once, shown to the customer and the agent, refused when wrong."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from portal import webhooks
from portal.cases import services as cases
from portal.customers import contacts, services
from portal.customers.models import Customer, Identity, Touchpoint
from tests.orders.conftest import body as order_body
from tests.orders.conftest import take

pytestmark = pytest.mark.django_db

SECRET = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"
URL = "/api/v1/touchpoints"
PHONE = "090-1234-5678"


@pytest.fixture(autouse=True)
def secrets(settings):
    settings.FEED_SECRET = SECRET


def call(**more):
    """A call about a parcel, made a minute ago."""
    return {
        "id": "call-1",
        "kind": "phone.call",
        "channel": "phone",
        "direction": "in",
        "happened_at": (timezone.now() - timedelta(minutes=1)).isoformat(),
        "customer": {"email": "alice@example.com"},
        "summary": "急須のふたについて",
        **more,
    }


def post(client, data, *, at=None, **headers):
    text = data if isinstance(data, str) else json.dumps(data)
    signed = webhooks.headers(text, message_id="msg_1", secrets=SECRET, at=at)
    return client.post(URL, text, content_type="application/json", headers={**signed, **headers})


def nothing_written():
    return not (Touchpoint.objects.exists() or Customer.objects.exists())


def nothing_logged(capfd):
    log = capfd.readouterr().err
    return not any(word in log for word in ("alice", "call-1", "急須", "5678", "whsec"))


def test_a_contact_is_taken_into_the_history(client, alice):
    answer = post(client, call())
    assert (answer.status_code, answer.json()) == (202, {})
    row = Touchpoint.objects.get()
    assert (row.customer, row.kind, row.channel) == (alice, "contact.received", "phone")
    assert (row.direction, row.stage) == ("in", "support")
    assert row.data == {"outside": "phone.call", "summary": "急須のふたについて"}


def test_what_we_did_is_from_us(client, alice):
    post(client, call(direction="out", channel="store"))
    row = Touchpoint.objects.get()
    assert (row.kind, row.direction, row.channel) == ("contact.made", "out", "store")


def test_a_repeated_id_changes_nothing_whatever_it_says_now(client, alice, bob):
    post(client, call())
    again = call(summary="Something else", customer={"email": "bob@example.com"})
    assert post(client, again).status_code == 202
    assert Touchpoint.objects.get().data["summary"] == "急須のふたについて"


def test_two_that_come_at_the_same_time_are_one(client, alice, monkeypatch):
    post(client, call())
    answers = iter([False, True])
    monkeypatch.setattr(contacts, "is_taken", lambda _: next(answers))
    assert post(client, call()).status_code == 202
    assert Touchpoint.objects.count() == 1


def test_the_id_itself_is_not_kept(client, alice):
    post(client, call(id="alice@example.com 2026-11-21"))
    assert "alice" not in Touchpoint.objects.get().outside_id


def test_an_address_is_found_however_it_is_written(client, alice):
    post(client, call(customer={"email": " ALICE@example.com "}))
    assert Touchpoint.objects.get().customer == alice


def test_an_unknown_address_is_somebody_the_shop_knows_and_nobody_who_is_proven(client):
    post(client, call(customer={"email": "new@example.com", "phone": PHONE}))
    new = Touchpoint.objects.get().customer
    assert (new.email, new.phone) == ("new@example.com", "+819012345678")
    assert not services.is_proven(new)


def test_calls_from_one_number_stay_together(client):
    post(client, call(customer={"phone": PHONE}))
    post(client, call(id="call-2", customer={"phone": "+81 90 1234 5678"}))
    assert Touchpoint.objects.values("customer").distinct().count() == 1
    new = Customer.objects.get()
    assert (new.email, new.phone) == (None, "+819012345678")
    assert not services.is_proven(new)


def test_a_proven_number_is_its_owners(client, alice):
    services.prove(alice, kind=Identity.Kind.PHONE, value="+819012345678")
    post(client, call(customer={"phone": PHONE}))
    assert Touchpoint.objects.get().customer == alice


def test_whoever_types_a_strangers_number_sees_none_of_the_strangers_calls(client, bob):
    services.change_profile(bob, name="Bob", kana="", phone="+819012345678", language="en")
    post(client, call(customer={"phone": PHONE}))
    assert not Touchpoint.objects.of(bob).exists()


def test_with_a_number_alone_the_order_says_whose_call_it_was(client, alice):
    take(order_body("H-1"), tell=False)
    post(client, call(customer={"phone": PHONE}, order="H-1"))
    row = Touchpoint.objects.get(kind="contact.received")
    assert (row.customer, row.about.number, row.data["order"]) == (alice, "H-1", "H-1")


def test_a_contact_may_be_about_a_case(client, alice):
    case = cases.open_case(alice, topic="product", subject="Lid", body="It broke.", channel="web")
    post(client, call(case=case.number))
    row = Touchpoint.objects.get(kind="contact.received")
    assert (row.about, row.data["case"]) == (case, case.number)


@pytest.mark.parametrize("number", ["H-2", "H-404"])
def test_somebody_elses_order_and_one_that_does_not_exist_are_refused_alike(client, bob, number):
    take(order_body("H-2", "bob@example.com"), tell=False)
    before = Touchpoint.objects.count()
    answer = post(client, call(order=number, customer={"email": "new@example.com"}))
    assert answer.status_code == 422
    assert answer.json() == {
        "errors": [{"pointer": "/order", "detail": "is none of this customer's"}]
    }
    assert Touchpoint.objects.count() == before
    assert not Customer.objects.filter(email="new@example.com").exists()


def test_a_strangers_case_is_refused(client, alice, bob):
    case = cases.open_case(bob, topic="product", subject="Lid", body="It broke.", channel="web")
    answer = post(client, call(case=case.number))
    assert answer.json()["errors"][0]["pointer"] == "/case"
    assert not Touchpoint.objects.of(alice).exists()


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_stale_or_early_message_is_401(client, capfd, minutes):
    answer = post(client, call(), at=datetime.now(tz=UTC) + timedelta(minutes=minutes))
    assert answer.status_code == 401
    assert nothing_written()
    assert nothing_logged(capfd)


@pytest.mark.parametrize(
    "headers",
    [{"webhook-signature": ""}, {"webhook-signature": "v1,!!!"}, {"webhook-id": "msg_2"}],
)
def test_an_unsigned_message_is_401(client, capfd, headers):
    answer = post(client, call(), **headers)
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["pointer"] == ""
    assert nothing_written()
    assert nothing_logged(capfd)


def test_a_body_over_a_mebibyte_is_413(client, capfd):
    assert post(client, call(note="x" * (1024 * 1024))).status_code == 413
    assert nothing_written()
    assert nothing_logged(capfd)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"id": ""}, "/id"),
        ({"id": 7}, "/id"),
        ({"id": "a\x00b"}, "/id"),
        ({"id": "x" * 256}, "/id"),
        ({"kind": "A call"}, "/kind"),
        ({"kind": "order.shipped"}, "/kind"),
        ({"channel": "pigeon"}, "/channel"),
        ({"direction": "sideways"}, "/direction"),
        ({"happened_at": "yesterday"}, "/happened_at"),
        ({"happened_at": "2199-01-01T00:00:00Z"}, "/happened_at"),
        ({"happened_at": 1700000000}, "/happened_at"),
        ({"summary": ""}, "/summary"),
        ({"summary": "x" * 1001}, "/summary"),
        ({"summary": "\ud800"}, "/summary"),
        ({"customer": {}}, "/customer"),
        ({"customer": "alice"}, "/customer"),
        ({"customer": {"email": "alice"}}, "/customer/email"),
        ({"customer": {"phone": "soon"}}, "/customer/phone"),
        ({"customer": {"email": ["alice@example.com"]}}, "/customer/email"),
        ({"order": 7}, "/order"),
        ({"case": "\ud800"}, "/case"),
    ],
)
def test_what_is_wrong_is_422_and_says_where(client, capfd, change, pointer):
    answer = post(client, call(**change))
    assert answer.status_code == 422
    errors = answer.json()["errors"]
    assert [each["pointer"] for each in errors] == [pointer]
    assert all(each["detail"] for each in errors)
    assert nothing_written()
    assert nothing_logged(capfd)


@pytest.mark.parametrize(
    "name", ["id", "kind", "channel", "direction", "happened_at", "customer", "summary"]
)
def test_what_is_missing_is_named(client, name):
    data = call()
    del data[name]
    assert post(client, data).json()["errors"][0]["pointer"] == f"/{name}"
    assert nothing_written()


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "null", "NaN", "[" * 100_000])
def test_what_is_no_json_object_is_422(client, text):
    assert post(client, text).status_code == 422
    assert nothing_written()


@pytest.mark.parametrize(
    ("language", "words"), [("ja", "お電話をいただきました："), ("en", "Called us: ")]
)
def test_the_customer_and_the_agent_read_the_same(client, alice, aki, language, words):
    post(client, call())
    services.change_profile(aki, name="Aki", kana="", phone="", language=language)
    client.force_login(alice)
    assert f"{words}急須のふたについて" in client.get(f"/{language}/history/").text
    client.force_login(aki)
    client.cookies["django_language"] = language
    page = client.get(f"/desk/customer/{alice.pk}/", headers={"accept-language": language})
    assert f"{words}急須のふたについて" in page.text


def test_bob_reads_nothing_of_it(client, alice, bob):
    post(client, call())
    client.force_login(bob)
    assert "急須" not in client.get("/en/history/").text


@pytest.mark.parametrize(
    ("channel", "direction", "ja", "en"),
    [
        ("store", "in", "ご来店いただきました", "Came to the store"),
        ("store", "out", "店頭でご案内しました", "We helped in the store"),
        ("phone", "out", "お電話を差し上げました", "We called"),
        ("email", "in", "メールをいただきました", "Wrote to us by e-mail"),
        ("email", "out", "メールをお送りしました", "We wrote by e-mail"),
        ("line", "in", "ご連絡をいただきました", "Contacted us"),
        ("line", "out", "ご連絡を差し上げました", "We got in touch"),
    ],
)
def test_each_contact_is_said_in_its_own_words(client, alice, channel, direction, ja, en):
    post(client, call(channel=channel, direction=direction, summary="<b>lid</b>"))
    client.force_login(alice)
    for language, said, colon in (("ja", ja, "："), ("en", en, ": ")):
        page = client.get(f"/{language}/history/").text
        assert f"{said}{colon}&lt;b&gt;lid&lt;/b&gt;" in page


def test_the_interface_describes_itself(client):
    described = client.get("/api/v1/openapi.json").json()["paths"]["/api/v1/touchpoints"]["post"]
    schema = described["requestBody"]["content"]["application/json"]["schema"]
    assert set(schema["required"]) == set(call())
    assert set(schema["properties"]["customer"]["properties"]) == {"email", "phone"}
    assert "webhook-signature" in [each["name"] for each in described["parameters"]]
