"""Where an order is, derived from its lines, events and adjustments."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.feed.snapshot import Adjustment, Event, Line
from orders.status import Status, derive

START = datetime(2026, 11, 1, tzinfo=UTC)


def line(key="a", quantity=2, *, total=None, fulfilled=0):
    left = quantity if total is None else total
    return Line(key, key, key, 100, 100, quantity, left, fulfilled)


def event(kind, hour=0, parts=(), tracking="T1"):
    lines = [{"id": key, "quantity": n} for key, n in parts]
    at = None if hour is None else START + timedelta(hours=hour)
    return Event(f"{kind}{hour}{parts}{tracking}", kind, at, lines, tracking_number=tracking)


def change(kind, state="completed", parts=()):
    lines = [{"id": key, "quantity": -n} for key, n in parts]
    return Adjustment(f"{kind}{state}", kind, state, START, -100, lines)


BOTH = (line("a"), line("b", 1))


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ([], Status.RECEIVED),
        ([event("paid")], Status.RECEIVED),
        ([event("processing")], Status.PREPARING),
        ([event("shipped", 1)], Status.SHIPPED),
        ([event("shipped", 1, [("a", 2)])], Status.PARTLY_SHIPPED),
        ([event("shipped", 1, [("a", 2)]), event("shipped", 2, [("b", 1)])], Status.SHIPPED),
        ([event("shipped", 1), event("out_for_delivery", 2)], Status.OUT_FOR_DELIVERY),
        ([event("shipped", 1), event("failed_attempt", 2)], Status.ATTEMPTED),
        (
            [event("failed_attempt", 2), event("out_for_delivery", 9), event("shipped", 1)],
            Status.OUT_FOR_DELIVERY,
        ),
        ([event("shipped", 1), event("returned_to_sender", 3)], Status.RETURNED),
        ([event("delivered", 3)], Status.DELIVERED),
        ([event("shipped", 1), event("delivered", 3, [("a", 2)])], Status.SHIPPED),
        ([event("shipped", None), event("delivered", None)], Status.DELIVERED),
        ([event("shipped", None), event("out_for_delivery", None)], Status.OUT_FOR_DELIVERY),
        ([event("something_new", 1)], Status.RECEIVED),
    ],
)
def test_events_tell_where_it_is(events, status):
    assert derive(BOTH, events, []) == status


def test_a_parcel_that_has_arrived_says_nothing_of_the_other():
    events = [
        event("shipped", 1, [("b", 1)], "T2"),
        event("shipped", 1, [("a", 2)], "T1"),
        event("out_for_delivery", 5, [("a", 2)], "T1"),
        event("delivered", 6, [("a", 2)], "T1"),
    ]
    assert derive(BOTH, events, []) == Status.SHIPPED


def test_what_the_shop_counts_as_fulfilled_has_shipped():
    assert derive([line(fulfilled=2)], [], []) == Status.SHIPPED
    assert derive([line(fulfilled=1)], [], []) == Status.PARTLY_SHIPPED


@pytest.mark.parametrize(
    ("lines", "events", "adjustments", "status"),
    [
        (BOTH, [], [change("cancellation", parts=[("a", 2), ("b", 1)])], Status.CANCELLED),
        (BOTH, [], [change("cancellation")], Status.CANCELLED),
        (BOTH, [], [change("cancellation", parts=[("a", 2)])], Status.RECEIVED),
        (BOTH, [], [change("cancellation", "pending")], Status.RECEIVED),
        (BOTH, [], [change("cancellation", "failed")], Status.RECEIVED),
        (BOTH, [event("shipped", 1)], [change("cancellation")], Status.SHIPPED),
        ([line(total=0)], [], [], Status.CANCELLED),
        ([line(total=0)], [event("delivered", 1)], [change("return")], Status.RETURNED),
        ([line(total=0), line("b", 1)], [event("shipped", 1)], [], Status.SHIPPED),
        (BOTH, [event("cancelled", 1)], [], Status.CANCELLED),
        (BOTH, [event("delivered", 1)], [change("refund")], Status.DELIVERED),
    ],
)
def test_what_is_cancelled_or_sent_back_says_so(lines, events, adjustments, status):
    assert derive(lines, events, adjustments) == status


def test_an_order_without_lines_goes_by_its_events():
    assert derive([], [event("shipped", 1, [("x", 1)])], []) == Status.SHIPPED
    assert derive([], [], []) == Status.RECEIVED


KINDS = ["processing", "shipped", "in_transit", "out_for_delivery", "failed_attempt", "delivered"]


@given(st.permutations(range(len(KINDS))), st.lists(st.integers(0, 9), min_size=6, max_size=6))
def test_the_order_in_which_events_are_known_does_not_matter(order, hours):
    events = [event(kind, hour) for kind, hour in zip(KINDS, hours, strict=True)]
    assert derive(BOTH, [events[n] for n in order], []) == derive(BOTH, events, [])
