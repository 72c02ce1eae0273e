"""What an agent does for a customer who called or came to the shop."""

import pytest

from orders import services as orders
from orders.feed import ucp
from orders.models import Cancellation, Order
from portal.cases import services as cases
from portal.cases.models import Case, Status
from portal.customers.kinds import Channel
from portal.customers.models import Touchpoint
from tests.orders.conftest import body

pytestmark = pytest.mark.django_db
CASE = {"channel": "phone", "topic": "order", "subject": "届く時間", "body": "午前中希望とのこと"}


@pytest.fixture
def desk(client, aki):
    client.force_login(aki)
    return client


@pytest.fixture
def order(alice):
    from django.utils import timezone

    orders.take_snapshots([ucp.read(body("H-5"), received_at=timezone.now())])
    return Order.objects.get()


@pytest.fixture
def case(alice):
    return cases.open_case(
        alice, subject="急須", body="欠けています", topic="return", channel=Channel.WEB
    )


def test_bought_on_the_web_cancelled_by_phone(desk, order, alice, aki):
    desk.post(f"/desk/customer/{alice.pk}/orders/H-5/cancelled/", {"channel": "phone"})
    assert Cancellation.objects.get().order == order
    row = Touchpoint.objects.get(kind="order.cancel_requested")
    assert (row.customer, row.actor, row.channel) == (alice, aki, "phone")


def test_the_refund_is_said_before_anything_is_cancelled(desk, order, alice):
    page = desk.get(f"/desk/customer/{alice.pk}/orders/H-5/cancel/").content.decode()
    assert "4,210円" in page
    assert not Cancellation.objects.exists()


def test_what_can_no_longer_be_cancelled_says_why(desk, order, alice):
    for _ in range(2):
        page = desk.post(
            f"/desk/customer/{alice.pk}/orders/H-5/cancelled/", {"channel": "phone"}, follow=True
        )
    assert "すでに" in page.content.decode()
    assert Cancellation.objects.count() == 1


def test_an_order_is_cancelled_for_its_own_customer_only(desk, order, bob):
    path = f"/desk/customer/{bob.pk}/orders/H-5/cancelled/"
    assert desk.post(path, {"channel": "phone"}).status_code == 404
    assert not Cancellation.objects.exists()


def test_a_channel_must_be_given(desk, order, alice):
    path = f"/desk/customer/{alice.pk}/orders/H-5/cancelled/"
    assert desk.post(path, {"channel": "web"}).status_code == 400
    assert not Cancellation.objects.exists()


def test_a_case_is_opened_for_a_caller(desk, alice, aki):
    desk.post(f"/desk/customer/{alice.pk}/case/open/", CASE)
    case = Case.objects.get()
    assert (case.customer, case.opened_from) == (alice, "phone")
    assert Touchpoint.objects.get(kind="case.opened").actor == aki


def test_an_unfinished_case_comes_back_with_what_was_typed(desk, alice):
    page = desk.post(f"/desk/customer/{alice.pk}/case/open/", {**CASE, "subject": ""})
    assert page.status_code == 400
    assert CASE["body"] in page.content.decode()
    assert not Case.objects.exists()


def test_what_a_customer_says_by_phone_is_written_down(desk, case, alice, aki):
    cases.answer(case, by=aki, body="いかがでしょう")
    desk.post(f"/desk/cases/{case.number}/heard/", {"channel": "phone", "body": "それで結構"})
    case.refresh_from_db()
    assert case.status == Status.OPEN
    said = case.messages.last()
    assert (said.by, said.author, said.body) == ("customer", alice, "それで結構")
    row = Touchpoint.objects.get(kind="case.replied")
    assert (row.actor, row.channel) == (aki, "phone")


@pytest.mark.parametrize(
    "asked", ["ALICE@example.com", "alice@", "有栖", "h-5", "Ａlice@example.com"]
)
def test_customers_are_found(desk, order, alice, bob, asked):
    page = desk.get("/desk/customers/", {"q": asked}).content.decode()
    assert f"/desk/customer/{alice.pk}/" in page
    assert f"/desk/customer/{bob.pk}/" not in page


def test_a_case_number_finds_its_customer(desk, case, alice):
    page = desk.get("/desk/customers/", {"q": case.number.lower()}).content.decode()
    assert f"/desk/customer/{alice.pk}/" in page


def test_nobody_found_says_what_to_try(desk):
    assert "見つかりません" in desk.get("/desk/customers/", {"q": "zzz"}).content.decode()


@pytest.mark.parametrize("who", ["alice", "bob", "eri", None])
def test_only_agents_act_for_customers(client, order, alice, request, who):
    if who:
        client.force_login(request.getfixturevalue(who))
    client.post(f"/desk/customer/{alice.pk}/orders/H-5/cancelled/", {"channel": "phone"})
    client.post(f"/desk/customer/{alice.pk}/case/open/", CASE)
    assert not Cancellation.objects.exists()
    assert not Case.objects.exists()
    assert client.get("/desk/customers/", {"q": "alice"}).status_code in (302, 403, 404)
