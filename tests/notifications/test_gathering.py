"""What happened to one order at one go is one mail, which says all of it and nothing too late."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from notifications import delivering, gathering, services
from notifications.models import Delivery, Notification, Status
from orders.models import Order
from portal.cases import services as cases
from portal.customers import timeline
from portal.customers.models import Touchpoint
from tests.orders.conftest import body, event, take

pytestmark = pytest.mark.django_db

WAIT = timedelta(seconds=5)


@pytest.fixture(autouse=True)
def mails_wait(monkeypatch):
    """Mails wait for one another, as they do outside the tests."""
    monkeypatch.setattr(gathering, "WAIT", WAIT)


@pytest.fixture
def some_seconds_pass() -> Callable[[], None]:
    """Let the wait of every mail be over."""

    def make_due() -> None:
        Delivery.objects.filter(status=Status.DUE).update(due_at=timezone.now())

    return make_due


@pytest.fixture
def shop_says(django_capture_on_commit_callbacks) -> Callable[..., None]:
    """The shop's system says in one snapshot what happened to H-1."""

    def say(*events: dict[str, Any], **more: Any) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            take(body("H-1", fulfillment={"expectations": [], "events": list(events)}, **more))

    return say


def refund(amount: int, n: int = 1, at: datetime | None = None) -> dict[str, Any]:
    return {
        "id": f"adj_{n}",
        "type": "refund",
        "status": "completed",
        "occurred_at": (at or timezone.now()).isoformat(),
        "totals": [{"type": "total", "amount": -amount}],
    }


def parcel(kind: str, number: str, line: str, quantity: int, ago: int) -> dict[str, Any]:
    return event(
        kind,
        timezone.now() - timedelta(minutes=ago),
        int(number),
        line_items=[{"id": line, "quantity": quantity}],
        tracking_number=number,
    )


def statuses() -> list[str]:
    return list(Delivery.objects.filter(channel="email").values_list("status", flat=True))


def test_two_parcels_a_delivery_and_a_refund_in_one_snapshot_are_one_mail(
    order, shop_says, some_seconds_pass, sent
):
    shop_says(
        parcel("shipped", "111", "li_1", 2, ago=40),
        parcel("shipped", "222", "li_2", 1, ago=30),
        parcel("delivered", "111", "li_1", 2, ago=20),
        adjustments=[refund(600)],
    )
    assert sent() == []
    some_seconds_pass()
    (mail,) = sent()
    assert mail.subject == "【ひなた茶舗】ご注文 H-1 の返金が完了しました（ほか3件）"
    for text in (mail.body, mail.alternatives[0][0]):
        assert "600円を返金いたしました" in text
        assert "の一部をお届けしました" in text
        assert "ご注文 H-1 の一部を発送しました" in text
        assert text.count("111</a>" if "<a" in text else "：111") == 1
        assert "222" in text
    assert statuses() == [Status.SENT] * 4
    assert len(set(Delivery.objects.filter(channel="email").values_list("provider_id"))) == 1
    assert Notification.objects.count() == 4
    assert Delivery.objects.filter(channel="inbox").count() == 4


def test_what_the_newest_says_anyway_is_a_dated_line_in_the_order_it_happened(
    order, shop_says, some_seconds_pass, sent
):
    now = timezone.localtime().replace(second=0, microsecond=0)
    shipped, delivered = now - timedelta(hours=3), now - timedelta(hours=1)
    shop_says(event("delivered", delivered), event("shipped", shipped))
    some_seconds_pass()
    (mail,) = sent()
    assert "お届けしました（ほか1件）" in mail.subject
    assert f"{shipped:%H:%M}" in mail.body.partition("これまでの経過")[2]
    assert "発送いたしました。" not in mail.body.partition("これまでの経過")[0]


def test_two_parcels_that_are_all_of_it_are_not_called_a_part(
    order, shop_says, some_seconds_pass, sent
):
    shop_says(
        parcel("shipped", "111", "li_1", 2, ago=40), parcel("shipped", "222", "li_2", 1, ago=30)
    )
    some_seconds_pass()
    (mail,) = sent()
    assert mail.subject == "【ひなた茶舗】ご注文 H-1 を発送しました"
    assert mail.body.count("すべて発送いたしました") == 1
    assert "111" in mail.body
    assert "222" in mail.body


def test_two_refunds_of_the_same_amount_are_both_said(order, shop_says, some_seconds_pass, sent):
    shop_says(adjustments=[refund(500, 1), refund(500, 2)])
    some_seconds_pass()
    (mail,) = sent()
    assert mail.body.count("■ 金額：500円") == 2
    assert "（ほか1件）" in mail.subject


def test_snapshots_within_some_seconds_are_one_mail_and_later_ones_another(
    order, shop_says, some_seconds_pass, sent
):
    shop_says(event("shipped", timezone.now()))
    shop_says(event("shipped", timezone.now()), adjustments=[refund(600)])
    some_seconds_pass()
    assert len(sent()) == 1
    shop_says(event("delivered", timezone.now() + timedelta(seconds=1)))
    some_seconds_pass()
    assert len(sent()) == 2


def test_orders_and_people_are_never_mixed(
    alice, bob, django_capture_on_commit_callbacks, some_seconds_pass, sent
):
    with django_capture_on_commit_callbacks(execute=True):
        for number, who in (("H-1", alice), ("H-2", alice), ("H-3", bob)):
            take(body(number, who.email))
    some_seconds_pass()
    mails = sent()
    assert sorted(
        number for m in mails for number in ("H-1", "H-2", "H-3") if number in m.body
    ) == [
        "H-1",
        "H-2",
        "H-3",
    ]
    assert [m.to[0] for m in mails].count(bob.email) == 1


def test_a_shipment_heard_of_after_its_delivery_was_mailed_is_mailed_no_more(
    order, shop_says, some_seconds_pass, sent
):
    now = timezone.now()
    delivered = event("delivered", now - timedelta(hours=1))
    shop_says(delivered)
    some_seconds_pass()
    assert len(sent()) == 1
    shop_says(event("shipped", now - timedelta(hours=5)), delivered)
    some_seconds_pass()
    assert len(sent()) == 1
    assert sorted(statuses()) == [Status.DROPPED, Status.SENT]
    assert Notification.objects.count() == 2


def test_a_second_parcel_is_mailed_although_the_first_has_arrived(
    order, shop_says, some_seconds_pass, sent
):
    arrived = parcel("delivered", "111", "li_1", 2, ago=20)
    shop_says(arrived)
    some_seconds_pass()
    sent()
    shop_says(arrived, parcel("shipped", "222", "li_2", 1, ago=30))
    some_seconds_pass()
    assert "222" in sent()[1].body


def test_nothing_is_sent_of_an_order_while_something_is_being_sent_of_it(
    order, happens, some_seconds_pass, sent
):
    happens("order.shipped", order)
    some_seconds_pass()
    assert delivering._take(Delivery.objects.get(channel="email"))
    happens("order.delivered", order)
    some_seconds_pass()
    assert sent() == []
    stuck = timezone.now() - delivering.STUCK_AFTER - timedelta(seconds=1)
    Delivery.objects.filter(status=Status.SENDING).update(taken_at=stuck)
    (mail,) = sent()
    assert "お届けしました（ほか1件）" in mail.subject


def test_a_refused_mail_takes_what_happened_meanwhile_along_under_a_first_pause(
    order, happens, some_seconds_pass, settings, sent
):
    settings.EMAIL_BACKEND = "tests.notifications.test_delivering.Refusing"
    happens("order.shipped", order)
    for _ in range(3):
        some_seconds_pass()
        delivering.deliver_due()
    happens("order.delivered", order)
    some_seconds_pass()
    delivering.deliver_due()
    rows = Delivery.objects.filter(channel="email").order_by("pk")
    assert [(row.status, row.attempts) for row in rows] == [(Status.DUE, 4), (Status.DUE, 1)]
    assert len({row.due_at for row in rows}) == 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    some_seconds_pass()
    assert len(sent()) == 1
    assert statuses() == [Status.SENT, Status.SENT]


def test_who_takes_less_than_all_takes_nothing(order, happens, some_seconds_pass, monkeypatch):
    happens("order.shipped", order)
    happens("order.delivered", order)
    some_seconds_pass()
    first, second = Delivery.objects.filter(channel="email").order_by("pk")
    real = Delivery.flow.move

    def overtaken(row, to, **more):
        if row.pk == second.pk:
            # Somebody else takes it between our reading and our writing.
            Delivery.objects.filter(pk=row.pk).update(attempts=7)
        real(row, to, **more)

    monkeypatch.setattr(Delivery.flow, "move", overtaken)
    assert not delivering.deliver(first.pk)
    first.refresh_from_db()
    assert (first.status, first.attempts) == (Status.DUE, 0)


def test_an_answer_and_the_solving_of_a_case_are_one_mail(
    case, aki, some_seconds_pass, sent, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        cases.answer(case, by=aki, body="A new cup is on its way.")
        cases.solve(case, by=aki)
    some_seconds_pass()
    (mail,) = sent()
    assert mail.subject == "[Hinata Tea] “A chipped cup” is solved (and 1 more)"
    assert "A new cup is on its way." in mail.body


def test_a_mail_about_nothing_in_particular_waits_for_nothing(alice, sent):
    row = timeline.record("customer.passkey_added", customer=alice, actor=alice)
    timeline.announce(row.pk)
    assert len(sent()) == 1


def fact(kind: str, minutes: int = 0, **data: Any) -> Touchpoint:
    at = timezone.make_aware(datetime(2026, 11, 21, 12)) + timedelta(minutes=minutes)
    return Touchpoint(kind=kind, happened_at=at, data=data)


@pytest.mark.parametrize(
    ("later", "earlier", "does"),
    [
        (fact("order.delivered", 9), fact("order.shipped"), True),
        (fact("order.delivered", 9, tracking_number="1"), fact("order.shipped"), True),
        (
            fact("order.delivered", 9, tracking_number="1"),
            fact("order.shipped", tracking_number="2"),
            False,
        ),
        # A part that came says nothing of a part that left, unless it is the same parcel.
        (fact("order.delivered", 9, partly=True), fact("order.shipped"), False),
        (
            fact("order.delivered", 9, partly=True, tracking_number="1"),
            fact("order.shipped", partly=True, tracking_number="1"),
            True,
        ),
        (fact("order.shipped", 9, partly=True), fact("order.placed"), True),
        (fact("order.shipped"), fact("order.delivered", 9), False),
        (fact("order.shipped", 9), fact("order.shipped"), False),
        # A new attempt after one that failed, and money, are news of their own.
        (fact("order.delivered"), fact("order.delivery_failed", 9), False),
        (fact("order.refunded", 9), fact("order.shipped"), False),
        (fact("order.delivered", 9), fact("order.refunded"), False),
    ],
)
def test_what_makes_what_old_news(later, earlier, does):
    assert gathering.overtakes(later, earlier) is does


def test_sending_costs_the_same_however_much_waits(
    order, happens, some_seconds_pass, sent, django_assert_max_num_queries
):
    for _ in range(6):
        happens("order.refunded", order, data={"amount": 500, "currency": "JPY"})
    some_seconds_pass()
    # Two for each row that is moved, and a number that does not grow with them.
    with django_assert_max_num_queries(2 * 6 + 30):
        assert len(sent()) == 1


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_the_same_news_send_one_mail(alice, mailoutbox):
    take(body("H-1"), tell=False)
    order = Order.objects.get()
    for kind in ("order.placed", "order.shipped", "order.delivered", "order.refunded"):
        row = timeline.record(kind, customer=alice, about=order, data={"order": "H-1"}, tell=False)
        services.tell(row)
    Delivery.objects.filter(status=Status.DUE).update(due_at=timezone.now())
    due = list(Delivery.objects.due().values_list("pk", flat=True))
    start, failed = threading.Barrier(8), []

    def work(n: int) -> None:
        try:
            start.wait()
            for pk in due[n % 4 :] + due[: n % 4]:
                delivering.deliver(pk)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(mailoutbox) == 1
    assert statuses() == [Status.SENT] * 4
