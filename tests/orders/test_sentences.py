"""Where an order is, and who acts next by when, as people read it."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from orders import sentences, services
from orders.models import Order
from portal.customers import timeline
from portal.customers.kinds import known
from portal.customers.models import Touchpoint
from portal.shop import services as shop
from tests.orders.conftest import body, event, take

pytestmark = pytest.mark.django_db


def said(order, language="en"):
    with translation.override(language):
        return sentences.where_is(Order.objects.whole().get(pk=order.pk))


@pytest.mark.parametrize(
    ("come", "english", "japanese"),
    [
        ("", "Order H-1: Received. Arrives by: ", "ご注文 H-1 は「受付済み」です。お届け予定は"),
        ("processing", "We are packing your order", "発送の準備をしています"),
        ("shipped", "Yamato Transport is bringing it to you.", "ヤマト運輸がお届けに"),
        ("out_for_delivery", "is on the way to your door today.", "本日、ヤマト運輸が"),
        ("delivered", "You can return it until", "返品は"),
    ],
)
def test_it_says_where_it_is_and_who_acts(fed, come, english, japanese):
    order = fed(come=come)
    assert english in said(order)
    assert japanese in said(order, "ja")


def test_a_broken_promise_says_so(fed):
    order = fed(come="shipped", promised_at=(timezone.now() - timedelta(days=2)).isoformat())
    assert "Was promised for" in said(order)
    assert "later than we promised" in said(order)


def test_a_failed_attempt_is_the_customers_turn_and_says_until_when(fed):
    order = fed(fulfillment={"events": [event("failed_attempt", timezone.now())]})
    step = sentences.next_step(order)
    assert step.tone == "wait"
    assert step.by == timezone.localdate() + timedelta(days=7)
    assert "Please arrange a new delivery with Yamato Transport" in said(order)


def test_a_wish_to_cancel_is_answered_within_business_hours(alice, fed):
    order = fed()
    shop.change(reply_hours=4)
    wish = services.cancel(order, by=alice, channel="web")
    step = sentences.next_step(Order.objects.whole().get())
    assert step.by >= wish.requested_at + timedelta(hours=4)


def test_a_cancelled_order_says_what_went_back(fed):
    order = fed(
        adjustments=[
            {
                "id": "a",
                "type": "cancellation",
                "status": "completed",
                "occurred_at": timezone.now().isoformat(),
                "totals": [{"type": "total", "amount": -4210}],
            }
        ]
    )
    assert "We have sent ¥4,210 back to you." in said(order)
    assert "4,210円をご返金しました。" in said(order, "ja")


def test_an_unknown_date_is_not_made_up(fed):
    assert "Not known yet" in said(fed(promised_at=None))


def test_the_latest_orders_come_with_what_is_under_way_first(alice, bob, fed):
    fed("H-1", come="shipped")
    fed("H-2", come="delivered", placed_at=timezone.now().isoformat())
    fed("H-3", "bob@example.com")
    assert [order.number for order in services.latest(alice, 2)] == ["H-1", "H-2"]


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("kind", sorted(kind for kind in known() if kind.startswith("order.")))
def test_every_kind_has_its_sentence(alice, kind, language):
    day = "2026-11-25T21:00:00+09:00"
    data = {"order": "H-1", "now": day, "promised": day, "amount": 500, "currency": "JPY"}
    row = Touchpoint(kind=kind, data=data)
    with translation.override(language):
        sentence = timeline.sentence(row)
    assert "H-1" in sentence
    assert sentence == sentence.strip()


def test_a_number_with_html_in_it_is_only_text():
    row = Touchpoint(kind="order.placed", data={"order": "<b>"})
    assert "&lt;b&gt;" in timeline.sentence(row)


def test_two_parcels_say_what_is_in_each(alice, client):
    data = body()
    data["fulfillment"]["events"] = [
        event("shipped", timezone.now(), 1, line_items=[{"id": "li_1", "quantity": 2}]),
        event(
            "shipped",
            timezone.now(),
            2,
            line_items=[{"id": "li_2", "quantity": 1}],
            tracking_number="999",
            carrier="Sagawa",
        ),
    ]
    take(data)
    client.force_login(alice)
    html = client.get("/ja/orders/H-1/").content.decode()
    assert "煎茶 100g × 2" in html
    assert "湯呑み × 1" in html
    assert "佐川急便" in html
