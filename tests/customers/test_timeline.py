"""The one history: recorded with what happened, told after commit, lost by nothing."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.customers import kinds, timeline
from portal.customers.kinds import Kind, Stage
from portal.customers.models import Announcement, Touchpoint

pytestmark = pytest.mark.django_db

heard: list[tuple[str, int]] = []
failing: set[str] = set()


def _listen(name: str, touchpoint: Touchpoint) -> None:
    heard.append((name, touchpoint.pk))
    if name in failing:
        # What a listener wrote before it failed must not stay.
        Touchpoint.objects.filter(pk=touchpoint.pk).update(data={"half": True})
        raise RuntimeError("listener is broken")


def first(touchpoint: Touchpoint) -> None:
    _listen("first", touchpoint)


def second(touchpoint: Touchpoint) -> None:
    _listen("second", touchpoint)


FIRST, SECOND = f"{__name__}.first", f"{__name__}.second"


@pytest.fixture(autouse=True)
def listeners(settings):
    settings.TOUCHPOINT_LISTENERS = [FIRST, SECOND]
    heard.clear()
    failing.clear()


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    """Record something for a customer and let the transaction commit."""

    def record(customer, **facts):
        with django_capture_on_commit_callbacks(execute=True):
            return timeline.record("customer.signed_in", customer=customer, **facts)

    return record


def test_listeners_are_told_in_order_after_commit(alice, commit):
    row = commit(alice)
    assert heard == [("first", row.pk), ("second", row.pk)]
    row.refresh_from_db()
    assert row.announced_at


def test_nothing_is_told_before_commit(alice):
    timeline.record("customer.signed_in", customer=alice)
    assert heard == []


@pytest.mark.django_db(transaction=True)
def test_nothing_is_told_or_kept_of_what_was_rolled_back(alice):
    with pytest.raises(RuntimeError), transaction.atomic():
        timeline.record("customer.signed_in", customer=alice)
        raise RuntimeError
    assert heard == []
    assert not Touchpoint.objects.exists()


def test_kind_direction_and_stage_come_from_the_table(alice):
    row = timeline.record("customer.merged", customer=alice)
    assert (row.direction, row.stage, row.visible) == ("out", "support", False)


def test_a_kind_no_room_lists_is_a_mistake(alice):
    with pytest.raises(KeyError):
        timeline.record("customer.flew", customer=alice)


def test_two_rooms_cannot_share_a_kind():
    with pytest.raises(ValueError, match="twice"):
        kinds.register({"customer.merged": Kind(Stage.USE, kinds.Direction.IN)})


def test_a_touchpoint_has_a_customer_or_a_visitor():
    with pytest.raises(IntegrityError), transaction.atomic():
        timeline.record("customer.signed_in")
    assert timeline.record("customer.signed_in", visitor="k").pk


def test_a_failing_listener_holds_up_no_other_and_leaves_nothing(alice, commit):
    failing.add("first")
    row = commit(alice)
    assert heard == [("first", row.pk), ("second", row.pk)]
    row.refresh_from_db()
    assert row.announced_at
    assert row.data == {}
    assert Announcement.objects.get().listener == FIRST


def test_it_is_told_again_when_due_and_only_the_one_that_failed(alice, commit):
    failing.add("first")
    row = commit(alice)
    heard.clear()
    timeline.announce_again()
    assert heard == [], "not due yet"
    failing.clear()
    Announcement.objects.update(due_at=timezone.now())
    timeline.announce_again()
    assert heard == [("first", row.pk)]
    assert not Announcement.objects.exists()


def test_the_pauses_grow_and_after_ten_tries_it_is_parked_with_an_error(alice, commit, caplog):
    failing.add("first")
    commit(alice)
    pauses = []
    for _ in range(9):
        Announcement.objects.update(due_at=timezone.now())
        timeline.announce_again()
        failure = Announcement.objects.get()
        pauses.append(failure.due_at - timezone.now())
    assert failure.attempts == 10
    assert failure.parked_at
    assert all(a <= b + timedelta(seconds=1) for a, b in pairwise(pauses))
    assert pauses[-1] > timedelta(minutes=50)
    parked = [r for r in caplog.records if r.getMessage() == "listener.parked"]
    assert [r.levelname for r in parked] == ["ERROR"]
    heard.clear()
    Announcement.objects.update(due_at=timezone.now())
    timeline.announce_again()
    assert heard == [], "a parked one is left alone"


def test_a_parked_one_does_not_stop_new_ones(alice, commit):
    failing.add("first")
    commit(alice)
    Announcement.objects.update(parked_at=timezone.now())
    failing.clear()
    row = commit(alice)
    assert heard[-2:] == [("first", row.pk), ("second", row.pk)]


def test_what_a_crash_left_between_commit_and_announce_is_told_by_the_sweep(alice):
    """A process that dies after COMMIT leaves the row committed and its callback unrun."""
    row = timeline.record("customer.signed_in", customer=alice)
    assert timeline.announce_again() == 0, "the last minute is left to who is still at it"
    Touchpoint.objects.update(happened_at=timezone.now() - timedelta(minutes=2))
    timeline.announce_again()
    assert heard == [("first", row.pk), ("second", row.pk)]
    heard.clear()
    timeline.announce_again()
    assert heard == []


def test_told_twice_is_told_once_more_to_nobody(alice, commit):
    row = commit(alice)
    heard.clear()
    timeline.announce(row.pk)
    assert heard == []


def test_a_fact_older_than_a_day_is_history_and_told_to_nobody(alice, commit):
    row = commit(alice, happened_at=timezone.now() - timedelta(days=1, minutes=1))
    assert heard == []
    assert row.announced_at


def test_what_is_not_to_be_told_is_not(alice, commit):
    commit(alice, tell=False)
    assert heard == []


def test_many_are_recorded_with_one_insert(alice, django_assert_num_queries):
    facts = [timeline.Fact("customer.signed_in", "web", customer=alice) for _ in range(50)]
    with django_assert_num_queries(1):
        timeline.record_many(facts)


def test_bob_does_not_see_alices_history(alice, bob):
    timeline.record("customer.merged", customer=alice)
    assert Touchpoint.objects.of(alice).count() == 1
    assert not Touchpoint.objects.of(bob).exists()
    assert not Touchpoint.objects.visible_to(bob).exists()
    assert not Touchpoint.objects.visible_to(alice).exists(), "internal"
