"""An order in a CSV file and in the feed: its history says each thing once."""

import copy
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders import progress, sameness, services
from orders.feed import csv, ucp
from orders.feed.snapshot import Snapshot
from orders.models import Order, OrderEvent
from portal.customers.models import Touchpoint
from tests.orders.conftest import body, event, take

pytestmark = pytest.mark.django_db

START = timezone.now().replace(microsecond=0) - timedelta(hours=6)
SHIPPED = START + timedelta(hours=1)
DELIVERED = START + timedelta(hours=4)
ROW = {
    "order_number": "H-1",
    "placed_at": START.isoformat(),
    "email": "alice@example.com",
    "name": "有栖 花",
    "currency": "JPY",
    "status": "shipped",
    "sku": "HT-SEN-100",
    "title": "煎茶 100g",
    "quantity": "2",
    "unit_price": "1280",
    "shipping": "600",
    "promised_at": (START + timedelta(days=2)).isoformat(),
    "paid_at": "",
    "shipped_at": "",
    "delivered_at": "",
    "carrier": "",
    "tracking_number": "",
}
CUP = {
    "sku": "HT-YUN-150",
    "title": "湯呑み",
    "quantity": "1",
    "unit_price": "1050",
    "shipping": "",
}


def filed(at: datetime | None = None, **more: str) -> Snapshot:
    """The two rows of H-1 in a file whose import begins at ``at``."""
    rows = [(2, ROW | more), (3, ROW | more | CUP)]
    return csv.read(csv.Group("H-1", rows), started_at=at or START + timedelta(hours=5))


def fed(*events: dict[str, Any], **more: Any) -> Snapshot:
    data = body(
        "H-1",
        fulfillment={"expectations": [], "events": list(events)},
        placed_at=ROW["placed_at"],
        promised_at=ROW["promised_at"],
        **more,
    )
    return ucp.read(data, received_at=START)


def history() -> list[tuple[str, datetime | None, str]]:
    rows = list(Touchpoint.objects.all())
    return [(entry.sentence, entry.happened_at, entry.note) for entry in progress.entries(rows)]


def kinds() -> list[str]:
    return sorted(Touchpoint.objects.values_list("kind", flat=True))


def test_what_a_file_told_is_not_told_again_by_the_feed_but_gets_its_time(alice):
    services.take_snapshots([filed()], tell=False)
    assert history()[0][1] is None
    before = set(Touchpoint.objects.values_list("pk", flat=True))
    services.take_snapshots([fed(event("shipped", SHIPPED, description="朝の便"))])
    assert set(Touchpoint.objects.values_list("pk", flat=True)) == before
    sentence, at, note = history()[0]
    assert "発送しました" in sentence
    assert (at, note) == (SHIPPED, "朝の便")
    assert Touchpoint.objects.get(kind="order.shipped").data["tracking_number"] == "445915102258"


def test_what_the_feed_told_is_not_told_again_by_a_file(alice):
    services.take_snapshots([fed(event("shipped", SHIPPED))])
    before = history()
    services.take_snapshots([filed(shipped_at=(SHIPPED - timedelta(hours=1)).isoformat())])
    assert history() == before
    assert services.take_snapshots([filed()]) == ["updated"]
    assert services.take_snapshots([filed()]) == ["unchanged"]


def test_an_import_that_told_nobody_leaves_the_telling_to_the_feed(alice):
    services.take_snapshots([filed()], tell=False)
    assert not Touchpoint.objects.unannounced().exists()
    services.take_snapshots([fed(event("shipped", SHIPPED))], tell=False)
    assert not Touchpoint.objects.unannounced().exists()
    Touchpoint.objects.all().delete()
    Order.objects.all().delete()
    services.take_snapshots([filed()], tell=False)
    services.take_snapshots([fed(event("shipped", SHIPPED))], tell=True)
    assert [row.kind for row in Touchpoint.objects.unannounced()] == ["order.shipped"]


@pytest.mark.parametrize("first_a_file", [True, False])
@pytest.mark.parametrize(
    ("in_file", "in_feed", "shipments"),
    [("1", "1", 1), ("", "1", 1), ("1", "", 1), ("", "", 1), ("1", "2", 2)],
)
def test_tracking_numbers_that_differ_are_two_parcels(
    alice, first_a_file, in_file, in_feed, shipments
):
    both = [
        filed(tracking_number=in_file),
        fed(event("shipped", SHIPPED, tracking_number=in_feed)),
    ]
    for snapshot in both if first_a_file else reversed(both):
        services.take_snapshots([snapshot])
    assert kinds().count("order.shipped") == shipments


def test_a_second_shipment_of_the_feed_is_a_fact_of_its_own(alice):
    services.take_snapshots([filed()], tell=False)
    first, second = (event("shipped", SHIPPED, n, tracking_number=str(n)) for n in (1, 2))
    services.take_snapshots([fed(first, second)])
    assert kinds().count("order.shipped") == 2


def test_a_cancelled_order_is_cancelled_once_whether_by_event_or_adjustment(alice):
    services.take_snapshots([filed(status="cancelled")], tell=False)
    adjustment = {
        "id": "adj_1",
        "type": "cancellation",
        "status": "completed",
        "occurred_at": SHIPPED.isoformat(),
        "totals": [{"type": "total", "amount": -4210}],
    }
    services.take_snapshots([fed(adjustments=[adjustment])])
    assert kinds() == ["order.cancelled", "order.placed"]
    assert Touchpoint.objects.get(kind="order.cancelled").data["amount"] == 4210
    services.take_snapshots([filed(status="cancelled")])
    assert kinds() == ["order.cancelled", "order.placed"]


def test_another_orders_history_is_left_alone(alice):
    services.take_snapshots([filed()], tell=False)
    take(body("H-2", fulfillment={"events": [event("shipped", SHIPPED)]}))
    assert kinds().count("order.shipped") == 2


def test_a_file_keeps_the_ids_that_lines_have_in_the_feed(alice):
    """Else a part that was shipped would be taken for the whole order."""
    part = event("shipped", SHIPPED, line_items=[{"id": "li_2", "quantity": 1}])
    services.take_snapshots([fed(part)])
    services.take_snapshots([filed(status="preparing")])
    order = Order.objects.get()
    assert [line.shop_id for line in order.lines.all()] == ["li_1", "li_2"]
    assert order.status == "partly_shipped"


def test_a_batch_of_both_costs_the_same_queries_however_many(alice, django_assert_max_num_queries):
    def batch(make) -> list[Snapshot]:
        return [make(n) for n in range(60)]

    def from_file(n: int) -> Snapshot:
        rows = [(2, ROW | {"order_number": f"H-{n}"})]
        return csv.read(csv.Group(f"H-{n}", rows), started_at=START)

    services.take_snapshots(batch(from_file), tell=False)
    shipped = {"expectations": [], "events": [event("shipped", SHIPPED)]}
    with django_assert_max_num_queries(45):
        services.take_snapshots(
            batch(lambda n: ucp.read(body(f"H-{n}", fulfillment=shipped), received_at=START)),
            tell=False,
        )
    assert Touchpoint.objects.filter(kind="order.shipped").count() == 60


PART = [{"id": "li_1", "quantity": 2}]
REST = [{"id": "li_2", "quantity": 1}]
# Two parcels and what became of the first, told by the feed; and files that know less.
TOLD = [
    fed(event("shipped", SHIPPED, 1, tracking_number="1", line_items=PART)),
    fed(event("shipped", SHIPPED + timedelta(hours=1), 2, tracking_number="2", line_items=REST)),
    fed(event("delivered", DELIVERED, 1, tracking_number="1", line_items=PART)),
    filed(),
    filed(START + timedelta(hours=6), tracking_number="1", shipped_at=SHIPPED.isoformat()),
    fed(event("processing", START + timedelta(minutes=5))),
]


def _after(sequence) -> tuple[Any, ...]:
    Touchpoint.objects.all().delete()
    Order.objects.all().delete()
    for n in sequence:
        services.take_snapshots([copy.deepcopy(TOLD[n])])
    order = Order.objects.get()
    events = sorted(OrderEvent.objects.values_list("shop_id", "type", "occurred_at"))
    lines = list(order.lines.values_list("shop_id", "sku", "total"))
    return order.status, order.shop_id, lines, history(), events


@given(sequence=st.permutations(range(len(TOLD))))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_files_and_feed_in_any_order_give_the_same_state_and_history(db, sequence):
    told = _after(sequence)
    assert told == _after(range(len(TOLD)))
    assert len(told[3]) == 5
    # Told once more, nothing is new.
    before = history()
    for n in sequence:
        services.take_snapshots([copy.deepcopy(TOLD[n])])
    assert history() == before


@pytest.mark.parametrize(
    ("ours", "known", "becomes"),
    [
        ([("A#1", "A")], [("li_1", "A")], ["li_1"]),
        ([("A#1", "A"), ("A#2", "A")], [("x", "A"), ("y", "A")], ["x", "y"]),
        ([("A#1", "A"), ("A#2", "A")], [("x", "A")], ["x", "A#2"]),
        ([("A#1", "A")], [("x", "B")], ["A#1"]),
        ([("own", "A")], [("x", "A")], ["own"]),
    ],
)
def test_a_line_is_its_sku_and_which_time_it_occurs(ours, known, becomes):
    from orders.models import OrderLine

    def lines(pairs):
        return [OrderLine(shop_id=key, sku=sku) for key, sku in pairs]

    mine = lines(ours)
    changed = sameness.take_ids(mine, lines(known))
    assert [line.shop_id for line in mine] == becomes
    assert changed is (becomes != [key for key, _sku in ours])
