"""Snapshots as they come: late, twice, in any order, for orders old and new."""

import copy
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders import progress, services
from orders.feed import ucp
from orders.feed.snapshot import Rejected
from orders.models import Order, OrderEvent
from portal.customers.models import Customer, Touchpoint
from tests.orders.conftest import ROAD, body, event, take

pytestmark = pytest.mark.django_db


def kinds():
    return list(Touchpoint.objects.order_by("happened_at", "id").values_list("kind", flat=True))


def test_a_new_order_makes_its_customer_known():
    assert take(body(email="Neu@Example.com")) == "created"
    order = Order.objects.get()
    assert (order.number, order.shop_id, order.status) == ("H-1", "order_H-1", "received")
    assert (order.customer.email, order.customer.name) == ("neu@example.com", "有栖 花")
    assert order.total == 4210
    assert [(row.sku, row.original) for row in order.lines.all()] == [
        ("HT-SEN-100", 2),
        ("HT-YUN-150", 1),
    ]
    assert kinds() == ["order.placed"]
    assert Touchpoint.objects.get().data["order"] == "H-1"


def test_the_same_snapshot_again_changes_nothing(fed):
    data = body()
    data["fulfillment"]["events"] = [event("shipped", timezone.now())]
    take(data)
    before = kinds()
    assert take(data) == "unchanged"
    assert kinds() == before
    assert OrderEvent.objects.count() == 1


def test_a_later_buyer_never_moves_an_order(alice, bob):
    take(body(email=alice.email))
    assert take(body(email=bob.email)) == "unchanged"
    assert Order.objects.get().customer == alice


def test_a_new_order_needs_an_email_and_a_known_one_does_not():
    rejected = take(body(buyer={}))
    assert isinstance(rejected, Rejected)
    assert rejected.errors[0][0] == "/buyer/email"
    assert not Order.objects.exists()
    take(body())
    assert take(body(buyer={})) == "unchanged"


def test_a_number_that_another_order_has_is_refused():
    take(body("H-1"))
    rejected = take(body("H-1", id="order_other"))
    assert isinstance(rejected, Rejected)
    assert rejected.errors[0][0] == "/label"
    assert Order.objects.count() == 1


def test_one_refused_snapshot_leaves_the_others_of_its_batch():
    now = timezone.now()
    batch = [body("H-1"), body("H-2", buyer={}), body("H-3")]
    taken = services.take_snapshots([ucp.read(each, received_at=now) for each in batch])
    assert [taken[0], taken[2]] == ["created", "created"]
    assert isinstance(taken[1], Rejected)


def test_the_newest_wins_for_promise_and_lines():
    now = timezone.now()
    later = (now + timedelta(days=5)).isoformat()
    take(body(created_time=now.isoformat()))
    new = body(created_time=(now + timedelta(minutes=2)).isoformat(), promised_at=later)
    new["line_items"] = new["line_items"][:1]
    assert take(new) == "updated"
    late = body(created_time=(now + timedelta(minutes=1)).isoformat(), currency="USD")
    assert take(late) == "unchanged"
    order = Order.objects.get()
    assert order.promised_at.isoformat() == ucp.read(new, received_at=now).promised_at.isoformat()
    assert order.lines.count() == 1
    assert order.currency == "JPY"
    assert kinds().count("order.delayed") == 1


def test_an_unchanged_snapshot_still_makes_the_order_as_new_as_it_is():
    now = timezone.now()
    first, third = (body(created_time=(now + timedelta(hours=n)).isoformat()) for n in (0, 2))
    second = body(created_time=(now + timedelta(hours=1)).isoformat(), line_items=[])
    third["promised_at"] = first["promised_at"]
    take(first)
    take(third)
    assert take(second) == "unchanged"
    assert Order.objects.get().lines.count() == 2


def test_a_final_adjustment_beats_a_pending_one_whatever_comes_first():
    at = timezone.now().isoformat()

    def refund(state):
        return {
            "id": "adj_1",
            "type": "refund",
            "status": state,
            "occurred_at": at,
            "totals": [{"type": "total", "amount": -1280}],
        }

    take(body("H-1", adjustments=[refund("completed")]))
    take(body("H-1", adjustments=[refund("pending")]))
    take(body("H-2", adjustments=[refund("pending")]))
    take(body("H-2", adjustments=[refund("completed")]))
    from orders.eligibility import refundable

    assert [refundable(order) for order in Order.objects.whole()] == [2930, 2930]
    assert (
        sorted(kinds())
        == ["order.placed"] * 2 + ["order.refund_started"] * 2 + ["order.refunded"] * 2
    )


def test_a_refund_under_way_is_no_news_once_it_is_done(alice):
    def refund(state):
        return {"id": "adj_1", "type": "refund", "status": state, "occurred_at": at.isoformat()}

    at = timezone.now()
    take(body(), tell=False)
    take(body(adjustments=[refund("completed")]))
    take(body(adjustments=[refund("pending")]))
    told = Touchpoint.objects.filter(announced_at=None)
    assert [row.kind for row in told] == ["order.refunded"]
    assert kinds().count("order.refund_started") == 1
    take(body("H-2", adjustments=[refund("pending"), refund("completed")]))
    told = Touchpoint.objects.filter(announced_at=None, data__order="H-2")
    assert sorted(row.kind for row in told) == ["order.placed", "order.refunded"]


def test_a_clock_gone_wrong_does_not_make_an_order_deaf(alice):
    now = timezone.now()
    ahead = event("shipped", now + timedelta(days=400))
    take(body(fulfillment={"expectations": [], "events": [ahead]}))
    take(body(created_time=(now + timedelta(days=400)).isoformat(), line_items=[]))
    order = Order.objects.get()
    assert order.snapshot_at < now + timedelta(days=1)
    assert order.events.get().occurred_at > now + timedelta(days=399)
    take(body(currency="USD"), at=now + timedelta(minutes=1))
    order.refresh_from_db()
    assert order.currency == "USD"


def test_an_id_that_a_snapshot_has_twice_is_its_first(alice):
    now = timezone.now()
    first, second = event("shipped", now), event("delivered", now) | {"id": "evt_shipped_0"}
    data = body(fulfillment={"expectations": [], "events": [first, second]})
    take(data)
    assert take(data) == "unchanged"
    assert OrderEvent.objects.get().type == "shipped"
    assert kinds() == ["order.placed", "order.shipped"]


def test_unknown_types_are_kept_and_shown(alice):
    data = body()
    data["fulfillment"]["events"] = [
        event("Quality Check", timezone.now(), description="検品しました")
    ]
    take(data)
    row = Touchpoint.objects.get(kind="order.noted")
    entry = progress.entries([row])[0]
    assert "H-1" in entry.sentence
    assert entry.note == "検品しました"


def test_old_facts_are_recorded_and_not_told(django_capture_on_commit_callbacks):
    old = timezone.now() - timedelta(days=3)
    data = body(placed_at=old.isoformat())
    data["fulfillment"]["events"] = [event("shipped", old), event("delivered", timezone.now())]
    take(data)
    told = Touchpoint.objects.filter(announced_at=None).values_list("kind", flat=True)
    assert list(told) == ["order.delivered"]


def test_an_order_from_a_file_gets_its_shop_id_from_the_feed():
    take(body())
    Order.objects.update(shop_id=None)
    assert take(body()) == "updated"
    assert Order.objects.get().shop_id == "order_H-1"


def test_a_batch_costs_the_same_queries_however_many_orders(django_assert_max_num_queries):
    now = timezone.now()
    many = [
        ucp.read(body(f"H-{n}", f"p{n}@example.com"), received_at=now, dated=True)
        for n in range(100)
    ]
    with django_assert_max_num_queries(40):
        services.take_snapshots(many)
    assert Order.objects.count() == 100


def _history():
    order = Order.objects.whole().get()
    rows = list(Touchpoint.objects.all())
    shown = [(e.sentence, e.happened_at, e.note) for e in progress.entries(rows)]
    events = sorted(order.events.values_list("shop_id", "type", "occurred_at"))
    return order.status, shown, events


@given(order=st.permutations(range(len(ROAD) + 1)))
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_events_in_any_order_give_the_same_state_and_history(db, order):
    start = timezone.now().replace(microsecond=0) - timedelta(hours=1)
    happened = [event(kind, start + timedelta(minutes=9 * n)) for n, kind in enumerate(ROAD)]
    happened.append(event("failed_attempt", start + timedelta(minutes=31)))
    whole = body(placed_at=start.isoformat(), promised_at=start.isoformat())

    def run(sequence):
        Touchpoint.objects.all().delete()
        Order.objects.all().delete()
        for n in sequence:
            data = copy.deepcopy(whole)
            data["fulfillment"]["events"] = [happened[n]]
            take(data, at=start)
        return _history()

    assert run(order) == run(range(len(happened)))


@pytest.mark.django_db(transaction=True)
def test_a_hundred_copies_at_the_same_time_are_one_order_and_one_fact():
    data = body()
    data["fulfillment"]["events"] = [event("shipped", timezone.now())]
    start, errors = threading.Barrier(10), []

    def bring():
        start.wait()
        try:
            for _ in range(10):
                take(copy.deepcopy(data))
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=bring) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert Order.objects.count() == OrderEvent.objects.count() == Customer.objects.count() == 1
    assert sorted(kinds()) == ["order.placed", "order.shipped"]
