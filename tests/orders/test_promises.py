"""A promise that breaks: said on the page, and told once before the customer asks."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone, translation

from orders import promises, sentences, services
from orders.models import Order
from portal.customers.models import Touchpoint
from tests.orders.conftest import body, event, take

pytestmark = pytest.mark.django_db


def tomorrow(hour: int, minute: int = 0) -> datetime:
    """A time of tomorrow on the shop's clock."""
    day = timezone.localdate() + timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


NOON, EVENING, MIDNIGHT = tomorrow(12), tomorrow(20), tomorrow(23, 59)


@pytest.fixture
def promised(alice) -> Callable[..., Order]:
    """An order of alice's for a time, which has come as far as some events."""

    def make(
        at: datetime,
        *kinds: str,
        number: str = "H-1",
        lines: Any = (),
        when: Any = None,
        **more: Any,
    ) -> Order:
        happened = [
            event(kind, when or NOON - timedelta(hours=3), line_items=lines) for kind in kinds
        ]
        said = {"placed_at": (NOON - timedelta(days=7)).isoformat(), **more}
        data = body(number, fulfillment={"events": happened}, promised_at=at.isoformat(), **said)
        take(data, tell=False)
        return Order.objects.whole().get(number=number)

    return make


def told() -> list[Touchpoint]:
    return list(Touchpoint.objects.filter(kind="order.late").order_by("pk"))


def test_an_order_that_has_not_left_by_noon_of_its_day_is_told_of_once(alice, promised):
    order = promised(MIDNIGHT)
    assert promises.tell_late(NOON - timedelta(hours=1)) == 0
    assert promises.tell_late(NOON) == 1
    assert promises.tell_late(NOON + timedelta(minutes=5)) == 0
    (row,) = told()
    assert (row.customer, row.about, row.visible) == (alice, order, True)
    assert row.data == {"order": "H-1", "promised": order.promised_at.isoformat(), "missed": False}
    assert row.announced_at is None


def test_what_has_left_us_is_late_when_its_time_is_over(promised):
    promised(EVENING - timedelta(hours=1), "shipped")
    assert promises.tell_late(EVENING - timedelta(hours=1, minutes=1)) == 0
    assert promises.tell_late(EVENING) == 1
    assert told()[0].data["missed"] is True


def test_a_new_promise_is_told_of_anew_when_it_breaks(promised):
    promised(MIDNIGHT)
    promises.tell_late(NOON)
    promised(MIDNIGHT + timedelta(days=1))
    assert promises.tell_late(NOON) == 0
    assert promises.tell_late(NOON + timedelta(days=1)) == 1
    assert len(told()) == 2


def test_at_night_nobody_is_told_and_in_the_morning_they_are(promised):
    promised(MIDNIGHT, "shipped")
    assert promises.tell_late(MIDNIGHT + timedelta(minutes=2)) == 0
    assert promises.tell_late(tomorrow(8) + timedelta(days=1)) == 1


def test_a_promise_broken_long_ago_is_history(promised):
    promised(NOON - timedelta(days=1, minutes=1))
    assert promises.tell_late(NOON) == 0
    promised(NOON - timedelta(hours=23), number="H-2")
    assert promises.tell_late(NOON) == 1


def test_an_order_for_the_same_day_is_not_late_when_it_is_placed(promised):
    order = promised(EVENING, placed_at=(NOON - timedelta(hours=4)).isoformat())
    assert not promises.breaks(order, NOON)
    assert not promises.breaks(order, EVENING - timedelta(hours=3, minutes=1))
    assert promises.breaks(order, EVENING - timedelta(hours=3))


def test_a_promise_for_before_the_order_was_placed_is_only_late_when_over(promised):
    order = promised(NOON, placed_at=EVENING.isoformat())
    assert not promises.breaks(order, NOON - timedelta(minutes=1))
    assert promises.breaks(order, NOON)


@pytest.mark.parametrize(
    ("kinds", "late"),
    [
        (("processing",), True),
        (("shipped",), True),
        (("shipped", "in_transit"), True),
        # The carrier came in time, or has come to the door today.
        (("shipped", "failed_attempt"), False),
        (("shipped", "out_for_delivery"), False),
        (("delivered",), False),
        (("returned_to_sender",), False),
        (("cancelled",), False),
    ],
)
def test_which_orders_are_late_when_their_time_is_over(promised, kinds, late):
    order = promised(EVENING - timedelta(hours=1), *kinds)
    assert promises.breaks(order, EVENING) is late
    assert promises.tell_late(EVENING) == late


def test_a_carrier_that_set_out_yesterday_is_late(promised):
    order = promised(NOON, "out_for_delivery", when=NOON - timedelta(days=1))
    assert promises.breaks(order, EVENING)


def test_a_part_that_has_not_left_breaks_the_promise(promised):
    order = promised(MIDNIGHT, "shipped", lines=[{"id": "li_1", "quantity": 2}])
    assert order.status == "partly_shipped"
    assert promises.tell_late(NOON) == 1


def test_without_a_promise_nothing_breaks(promised):
    data = body(promised_at=None)
    take(data, tell=False)
    assert not promises.breaks(Order.objects.whole().get(), NOON)
    assert promises.tell_late(NOON) == 0


def test_who_wishes_to_cancel_is_not_told_of_lateness(alice, promised):
    order = promised(MIDNIGHT)
    services.cancel(order, by=alice, channel="web")
    assert promises.tell_late(NOON) == 0


@pytest.mark.parametrize(
    ("kinds", "lines", "english", "japanese"),
    [
        ((), (), "or cancel it at no charge", "キャンセルも無料で承ります"),
        (
            ("shipped",),
            [{"id": "li_1", "quantity": 2}],
            "We could not ship all of it in time",
            "商品の一部の発送が",
        ),
        (("shipped",), (), "later than we promised", "お約束のお届け日を過ぎており"),
    ],
)
def test_the_page_says_it_and_what_can_be_done(promised, kinds, lines, english, japanese):
    order = promised(timezone.now() - timedelta(minutes=1), *kinds, lines=lines)
    step = sentences.next_step(order)
    assert japanese in step.sentence
    assert step.tone == "bad"
    with translation.override("en"):
        assert english in sentences.where_is(order)
        assert "Was promised for" in sentences.where_is(order)


def test_the_sentence_changes_before_the_promise_breaks(promised):
    order = promised(timezone.now() + timedelta(hours=1), placed_at="2026-01-01T00:00:00Z")
    assert "間に合っておりません" in sentences.next_step(order).sentence


def test_it_costs_the_same_queries_however_many_orders(alice, promised, django_assert_num_queries):
    for n in range(12):
        promised(MIDNIGHT, number=f"H-{n}")
    Touchpoint.objects.all().delete()
    with django_assert_num_queries(6):  # two of them begin and end the savepoint
        assert promises.tell_late(NOON) == 12


def test_the_question_is_answered_from_an_index(alice, promised):
    few = promised(NOON)
    far = few.promised_at + timedelta(days=400)
    Order.objects.bulk_create(
        Order(
            customer=alice,
            number=f"F-{n}",
            shop_id=f"F-{n}",
            status="received",
            placed_at=few.placed_at,
            promised_at=far,
            currency="JPY",
            snapshot_at=few.snapshot_at,
        )
        for n in range(2_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE orders_order")
    assert "order_promised" in promises.candidates(NOON).explain()
