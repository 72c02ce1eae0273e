"""What is told, to whom, and that it is told once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from notifications import catalog, delivering, listener, preferences, services
from notifications.models import Channel, Delivery, Notification, Status, Topic
from orders.models import Order
from portal.customers import kinds, timeline
from portal.customers.models import Touchpoint
from tests.orders.conftest import body, event, take

pytestmark = pytest.mark.django_db


def test_a_shipped_order_is_told_by_mail_and_inbox(order, happens, sent):
    happens("order.shipped", order)
    assert set(Delivery.objects.values_list("channel", "status")) == {
        ("email", "due"),
        ("inbox", "sent"),
    }
    assert [mail.to for mail in sent()] == [["alice@example.com"]]
    row = Delivery.objects.get(channel="email")
    assert (row.status, row.attempts) == (Status.SENT, 1)
    assert row.sent_at is not None


def test_a_kind_that_is_not_in_the_catalogue_is_told_to_nobody(order, happens):
    happens("order.preparing", order)
    assert not Notification.objects.exists()


def test_news_of_a_day_lie_in_the_inbox_and_are_not_mailed(order, happens, sent):
    happens("order.out_for_delivery", order)
    assert list(Delivery.objects.values_list("channel", flat=True)) == ["inbox"]
    assert sent() == []


def test_a_visitor_nobody_knows_is_told_nothing(order, happens):
    happens("order.shipped", order, customer=None, visitor="v1")
    assert not Notification.objects.exists()


def test_a_customer_whose_account_is_closed_is_told_nothing(order, happens, alice):
    alice.is_active = False
    alice.save()
    happens("order.shipped", order, customer=alice)
    assert not Notification.objects.exists()


def test_a_customer_without_an_address_finds_it_in_the_inbox_only(order, happens, alice):
    alice.email = None
    alice.save()
    happens("order.shipped", order, customer=alice)
    assert list(Delivery.objects.values_list("channel", flat=True)) == ["inbox"]


def test_what_a_customer_did_is_not_told_back_to_them(case, happens, bob, aki):
    happens("case.solved", case, actor=bob)
    assert not Notification.objects.exists()
    happens("case.solved", case, actor=aki)
    assert Notification.objects.get().customer == bob


def test_what_a_customer_asked_is_receipted_by_mail(case, happens, bob, sent):
    happens("case.opened", case, actor=bob)
    assert list(Delivery.objects.values_list("channel", flat=True)) == ["email"]
    assert case.number in sent()[0].subject


def test_a_touchpoint_announced_twice_is_told_once(order, happens, sent):
    row = happens("order.shipped", order)
    listener.on_touchpoint(row)
    services.tell(Touchpoint.objects.get(pk=row.pk))
    assert Notification.objects.count() == 1
    assert Delivery.objects.count() == 2
    sent()
    assert len(sent()) == 1


def test_turning_a_channel_on_later_does_not_tell_old_news_again(order, happens, alice, sent):
    preferences.choose(alice, topic="orders", channel="email", wanted=False)
    row = happens("order.shipped", order)
    preferences.choose(alice, topic="orders", channel="email", wanted=True)
    listener.on_touchpoint(row)
    assert sent() == []


def test_history_is_recorded_and_not_told(order, happens):
    happens("order.shipped", order, happened_at=timezone.now() - timedelta(hours=25))
    assert Touchpoint.objects.filter(kind="order.shipped").exists()
    assert not Notification.objects.exists()


@pytest.mark.parametrize(("tell", "told"), [(False, 0), (True, 1)])
def test_an_import_tells_only_when_asked_to(
    alice, sent, django_capture_on_commit_callbacks, tell, told
):
    shipped = event("shipped", timezone.now() - timedelta(minutes=5))
    with django_capture_on_commit_callbacks(execute=True):
        take(body("H-7", fulfillment={"expectations": [], "events": [shipped]}), tell=tell)
    assert Touchpoint.objects.filter(kind="order.shipped").count() == 1
    assert len(sent()) == told


def test_a_change_that_is_rolled_back_tells_nobody(order, sent, transactional_db):
    from django.db import transaction

    with pytest.raises(RuntimeError), transaction.atomic():
        timeline.record("order.shipped", customer=order.customer, about=order)
        raise RuntimeError
    assert not Notification.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_hundred_announcements_at_once_are_one_mail(alice, mailoutbox):
    take(body("H-1"), tell=False)
    order = Order.objects.get()
    row = timeline.record(
        "order.shipped", customer=alice, about=order, data={"order": "H-1"}, tell=False
    )
    # Fewer threads than PostgreSQL lets in by default, each announcing it again and again.
    start = threading.Barrier(25)
    failed: list[Exception] = []

    def announce() -> None:
        try:
            start.wait()
            for _ in range(4):
                notification = services.tell(Touchpoint.objects.get(pk=row.pk))
                delivering.deliver(notification.deliveries.get(channel="email").pk)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=announce) for _ in range(25)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert Notification.objects.count() == 1
    assert len(mailoutbox) == 1
    assert Delivery.objects.get(channel="email").attempts == 1


def test_reading_one_and_all(order, happens, alice, bob):
    happens("order.shipped", order)
    happens("order.delivered", order)
    first, second = Notification.objects.of(alice).order_by("pk")
    services.read(first)
    assert list(Notification.objects.of(alice).unread()) == [second]
    assert services.read_all(bob) == 0
    assert services.read_all(alice) == 1
    assert services.read_all(alice) == 0


def test_every_told_kind_is_one_that_a_room_records_and_shows():
    for name in catalog.TOLD:
        assert kinds.get(name).visible, name


def test_account_topics_cannot_be_stopped_and_others_can(alice):
    with pytest.raises(ValueError, match="may not be stopped"):
        preferences.choose(alice, topic="account", channel="email", wanted=False)
    assert preferences.wanted(alice, "account") == set(Channel)


def test_a_choice_holds_for_its_topic_and_channel_only(alice, bob):
    assert preferences.choose(alice, topic="orders", channel="email", wanted=False)
    assert preferences.wanted(alice, "orders") == {Channel.INBOX}
    assert preferences.wanted(alice, "cases") == set(Channel)
    assert preferences.wanted(bob, Topic.ORDERS) == set(Channel)


def test_choosing_what_is_so_already_leaves_no_trace(alice):
    assert not preferences.choose(alice, topic="orders", channel="email", wanted=True)
    assert not Touchpoint.objects.filter(kind="notification.preferred").exists()
    preferences.choose(alice, topic="orders", channel="email", wanted=False)
    row = Touchpoint.objects.get(kind="notification.preferred")
    assert row.data == {"topic": "orders", "channel": "email", "wanted": False}
    assert row.customer == alice
