"""The order feed: what it takes, and what it refuses without writing or logging any of it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from orders.models import Order
from portal import webhooks
from portal.customers.models import Customer, Touchpoint
from tests.orders.conftest import body

pytestmark = pytest.mark.django_db

SECRET = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"
OLD_SECRET = "whsec_" + "b2xkZXItb2xkZXItb2xkZXItb2xkZXItb2xk"
URL = "/api/v1/orders/feed"


@pytest.fixture(autouse=True)
def secrets(settings):
    settings.FEED_SECRET = f"{SECRET} {OLD_SECRET}"


def post(client, data, *, secret=SECRET, at=None, **headers):
    text = data if isinstance(data, str) else json.dumps(data)
    signed = webhooks.headers(text, message_id="msg_1", secrets=secret, at=at)
    return client.post(URL, text, content_type="application/json", headers={**signed, **headers})


def nothing_written():
    return not (Order.objects.exists() or Touchpoint.objects.exists() or Customer.objects.exists())


def nothing_logged(capfd):
    log = capfd.readouterr().err
    return not any(word in log for word in ("alice", "H-1", "煎茶", "有栖", "whsec"))


def test_a_signed_snapshot_is_taken(client):
    answer = post(client, body())
    assert (answer.status_code, answer.json()) == (202, {})
    assert Order.objects.get().number == "H-1"


def test_repeated_and_late_snapshots_are_taken_and_change_nothing(client):
    post(client, body())
    assert post(client, body()).status_code == 202
    old = body(created_time="2026-01-01T00:00:00Z", currency="USD")
    assert post(client, old).status_code == 202
    assert Order.objects.get().currency == "JPY"


def test_any_of_the_secrets_will_do_while_they_are_rotated(client):
    assert post(client, body(), secret=OLD_SECRET).status_code == 202


def test_the_sending_time_is_the_age_of_a_snapshot_that_says_none(client):
    at = datetime.now(tz=UTC).replace(microsecond=0) - timedelta(minutes=2)
    post(client, body(), at=at)
    assert Order.objects.get().snapshot_at == at


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_stale_or_early_snapshot_is_401(client, capfd, minutes):
    answer = post(client, body(), at=datetime.now(tz=UTC) + timedelta(minutes=minutes))
    assert answer.status_code == 401
    assert nothing_written()
    assert nothing_logged(capfd)


@pytest.mark.parametrize(
    "headers",
    [
        {"webhook-signature": ""},
        {"webhook-signature": "v1"},
        {"webhook-signature": "v1,€€€"},
        {"webhook-signature": "v1,!!!not-base64"},
        {"webhook-signature": "v2,AAAA"},
        {"webhook-timestamp": "soon"},
        {"webhook-timestamp": "nan"},
        {"webhook-timestamp": "9" * 400},
        {"webhook-id": ""},
        {"webhook-id": "msg_2"},
    ],
)
def test_an_unsigned_or_malformed_signature_is_401(client, capfd, headers):
    answer = post(client, body(), **headers)
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["pointer"] == ""
    assert nothing_written()
    assert nothing_logged(capfd)


def test_a_body_that_was_changed_on_the_way_is_401(client):
    signed = webhooks.headers(json.dumps(body()), message_id="m", secrets=SECRET)
    other = json.dumps(body(email="bob@example.com"))
    answer = client.post(URL, other, content_type="application/json", headers=signed)
    assert answer.status_code == 401
    assert nothing_written()


def test_a_strangers_secret_is_401(client):
    assert post(client, body(), secret="whsec_" + "eA==" * 10).status_code == 401


def test_a_body_over_a_mebibyte_is_413(client, capfd):
    answer = post(client, body(note="x" * (1024 * 1024)))
    assert answer.status_code == 413
    assert nothing_written()
    assert nothing_logged(capfd)


def bad(change):
    data = body()
    change(data)
    return data


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        (lambda d: d.pop("line_items"), "/line_items"),
        (lambda d: d.pop("ucp"), "/ucp"),
        (lambda d: d["line_items"][0].update(quantity=2), "/line_items/0/quantity"),
        (lambda d: d["line_items"][0]["quantity"].update(total=-1), "/line_items/0/quantity/total"),
        (lambda d: d["line_items"][1].update(id="li_1"), "/line_items/1/id"),
        (lambda d: d.update(totals=[]), "/totals"),
        (lambda d: d.update(currency="yen"), "/currency"),
        (lambda d: d.update(id="x" * 300), "/id"),
        (lambda d: d.update(placed_at="yesterday"), "/placed_at"),
        (lambda d: d.update(created_time="0001-01-01T00:00:00+14:00"), "/created_time"),
        (lambda d: d["buyer"].update(email=5), "/buyer/email"),
        (lambda d: d["buyer"].update(email="alice"), "/buyer/email"),
        (lambda d: d.update(buyer={}), "/buyer/email"),
        (lambda d: d["line_items"][0]["item"].update(title="a\x00b"), "/line_items/0/item/title"),
        (lambda d: d["line_items"][0]["item"].update(title="\ud800"), "/line_items/0/item/title"),
        (
            lambda d: d["fulfillment"].update(events=[{"id": "e", "type": "shipped"}]),
            "/fulfillment/events/0/occurred_at",
        ),
    ],
)
def test_what_is_no_order_is_422_and_says_where(client, capfd, change, pointer):
    answer = post(client, bad(change))
    assert answer.status_code == 422
    errors = answer.json()["errors"]
    assert pointer in [each["pointer"] for each in errors]
    assert all(each["detail"] for each in errors)
    assert nothing_written()
    assert nothing_logged(capfd)


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "null", "NaN", "[" * 100_000])
def test_what_is_no_json_object_is_422(client, text):
    assert post(client, text).status_code == 422
    assert nothing_written()


def test_another_orders_number_is_422_at_label(client):
    post(client, body())
    answer = post(client, body(id="another"))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/label"


def test_a_label_that_is_no_number_gives_way_to_the_id(client):
    post(client, body(label="Order 1 / 2", id="order-77"))
    assert Order.objects.get().number == "order-77"


def test_what_is_no_date_is_shown_and_not_used(client):
    expectation = {
        "id": "exp_1",
        "line_items": [],
        "method_type": "shipping",
        "destination": {"postal_code": "154-0000", "address_country": "JP"},
        "description": "Ships in two days",
        "fulfillable_on": "now",
    }
    data = body(fulfillment={"expectations": [expectation]})
    del data["promised_at"]
    post(client, data)
    order = Order.objects.get()
    assert order.promised_at is None
    assert order.expectations[0]["description"] == "Ships in two days"
    later = {**expectation, "id": "exp_2", "fulfillable_on": "2026-12-01"}
    data["fulfillment"]["expectations"] = [expectation, later]
    post(client, data)
    order.refresh_from_db()
    assert timezone.localtime(order.promised_at).isoformat() == "2026-12-01T23:59:00+09:00"


def test_too_many_refused_requests_are_429(client):
    for _ in range(60):
        assert client.post(URL, "{}", content_type="application/json").status_code == 401
    answer = client.post(URL, "{}", content_type="application/json")
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0


def test_the_interface_describes_itself(client):
    assert "/api/v1/orders/feed" in client.get("/api/v1/openapi.json").json()["paths"]
    assert client.get("/api/v1/docs").status_code == 200
