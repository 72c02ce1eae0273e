"""The page behind a mail's link: enough to know when it comes, nothing of whose it is."""

import pytest
from django.utils import timezone
from freezegun import freeze_time

from orders import links
from orders.models import Order
from tests.orders.conftest import body, event, take

pytestmark = pytest.mark.django_db

ADDRESS = {
    "first_name": "花",
    "last_name": "有栖",
    "postal_code": "6048091",
    "address_region": "京都府",
    "address_locality": "京都市中京区",
    "street_address": "寺町通1-2-3",
    "address_country": "JP",
}


@pytest.fixture
def order(alice) -> Order:
    """Alice's order on its way to her address."""
    expected = {
        "id": "e1",
        "line_items": [],
        "method_type": "shipping",
        "destination": ADDRESS,
    }
    shipped = event("shipped", timezone.now())
    take(body("H-1", fulfillment={"expectations": [expected], "events": [shipped]}))
    return Order.objects.get(number="H-1")


def path(order: Order, language: str = "ja") -> str:
    return f"/{language}/orders/link/{links.token(order)}/"


@pytest.mark.parametrize(
    ("language", "text"),
    [("ja", "メールアドレスを確認する"), ("en", "Confirm my e-mail address")],
)
def test_a_stranger_with_the_link_sees_when_it_comes_and_no_person(client, order, language, text):
    answer = client.get(path(order, language))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "H-1" in page
    assert "煎茶 100g" in page
    assert "京都市中京区" in page
    assert text in page
    for hidden in (
        "寺町通",
        "有栖",
        "alice",
        "1,280",
        "4,210",
        "445915102258",
        "6048091",
        "/cancel/",
    ):
        assert hidden not in page
    assert "…2258" in page
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex"


def test_another_customer_sees_what_a_stranger_sees(client, order, bob):
    client.force_login(bob)
    page = client.get(path(order)).content.decode()
    assert "寺町通" not in page
    assert client.get("/ja/orders/H-1/").status_code == 404


def test_the_owner_goes_on_to_the_order_itself(client, order, alice):
    client.force_login(alice)
    assert client.get(path(order))["Location"] == "/ja/orders/H-1/"


def test_the_page_changes_nothing(client, order):
    assert client.post(path(order)).status_code == 405


@pytest.mark.parametrize(
    ("language", "text"),
    [("ja", "このリンクは使えなくなりました"), ("en", "This link is no longer good")],
)
def test_a_link_that_was_tampered_with_says_so_kindly(client, order, language, text):
    answer = client.get(path(order, language)[:-3] + "xx/")
    assert answer.status_code == 404
    assert text in answer.content.decode()
    assert "煎茶" not in answer.content.decode()


def test_the_link_dies_after_ninety_days(client, order):
    link = path(order)
    with freeze_time(timezone.now() + links.LASTS * 1.01):
        assert client.get(link).status_code == 404


def test_the_link_dies_when_the_order_goes_to_somebody_else(client, order, bob):
    link = path(order)
    Order.objects.filter(pk=order.pk).update(customer=bob)
    assert client.get(link).status_code == 404


def test_a_short_tracking_number_is_hidden_whole(client, alice):
    shipped = event("shipped", timezone.now(), tracking_number="12345678")
    take(body("H-2", fulfillment={"expectations": [], "events": [shipped]}))
    page = client.get(path(Order.objects.get(number="H-2"))).content.decode()
    assert "5678" not in page
