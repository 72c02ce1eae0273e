"""Sending: exactly once as far as SMTP allows, tried again, given up, and not logged in person."""

import logging
from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from notifications import delivering, preferences
from notifications.channels import email
from notifications.models import Delivery, Notification, Status
from portal.customers.models import Customer
from tests.notifications.conftest import delivery

pytestmark = pytest.mark.django_db


class Refusing(EmailBackend):
    """A mail server that takes nothing, and says so with the address."""

    def send_messages(self, messages):
        raise SMTPRecipientsRefused({messages[0].to[0]: (550, b"no canary here")})


class Dying(EmailBackend):
    """A worker that is killed after the mail has left and before we wrote that down."""

    def send_messages(self, messages):
        super().send_messages(messages)
        raise KeyboardInterrupt


@pytest.fixture
def refusing(settings):
    settings.EMAIL_BACKEND = "tests.notifications.test_delivering.Refusing"


def make_due(row: Delivery) -> None:
    """Let its pause be over."""
    Delivery.objects.filter(pk=row.pk).update(due_at=timezone.now())


def test_a_refused_mail_is_tried_after_1_5_30_and_120_minutes_and_then_has_failed(
    order, happens, refusing, caplog
):
    happens("order.shipped", order)
    pauses = []
    for _ in range(4):
        before = timezone.now()
        delivering.deliver_due()
        row = delivery()
        assert row.status == Status.DUE
        pauses.append(round((row.due_at - before) / timedelta(minutes=1)))
        make_due(row)
    assert pauses == [1, 5, 30, 120]
    delivering.deliver_due()
    assert (delivery().status, delivery().attempts) == (Status.FAILED, 5)
    errors = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert [(r.getMessage(), r.delivery) for r in errors] == [("delivery.failed", delivery().pk)]
    make_due(delivery())
    assert delivering.deliver_due() == 0


def test_a_mail_that_was_refused_once_is_sent_at_the_next_try(order, happens, settings, sent):
    settings.EMAIL_BACKEND = "tests.notifications.test_delivering.Refusing"
    happens("order.shipped", order)
    delivering.deliver_due()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert sent() == []
    make_due(delivery())
    assert len(sent()) == 1
    assert (delivery().status, delivery().attempts) == (Status.SENT, 2)


def test_one_poisoned_delivery_does_not_hold_up_the_others(order, case, happens, sent, monkeypatch):
    happens("order.shipped", order)
    happens("case.answered", case)
    poisoned = Notification.objects.get(topic="orders")
    real = email.letters.compose

    def compose(notification, also):
        if notification == poisoned:
            raise RuntimeError("花 alice@example.com")
        return real(notification, also)

    monkeypatch.setattr(email.letters, "compose", compose)
    assert [m.to for m in sent()] == [["bob@example.com"]]
    assert poisoned.deliveries.get(channel="email").status == Status.DUE


def test_a_worker_killed_while_sending_leaves_it_and_it_is_marked_and_sent_again(
    order, happens, settings, sent
):
    settings.EMAIL_BACKEND = "tests.notifications.test_delivering.Dying"
    happens("order.shipped", order)
    with pytest.raises(KeyboardInterrupt):
        delivering.deliver(delivery().pk)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    # Nobody takes it while its worker may still be at it.
    assert delivery().status == Status.SENDING
    assert not delivering.deliver(delivery().pk)
    assert len(sent()) == 1
    late = timezone.now() - delivering.STUCK_AFTER - timedelta(seconds=1)
    Delivery.objects.filter(pk=delivery().pk).update(taken_at=late)
    sent()
    assert (delivery().status, delivery().maybe_duplicate) == (Status.DUE, True)
    make_due(delivery())
    first, second = sent()
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
    assert delivery().provider_id == first.extra_headers["Message-ID"]


def test_a_sender_that_was_given_up_can_no_longer_end_the_delivery(order, happens, caplog):
    happens("order.shipped", order)
    slow = delivering._take(delivery())
    Delivery.objects.filter(pk=delivery().pk).update(status=Status.SENDING, attempts=2)
    assert not delivering._send(slow)
    assert (delivery().status, delivery().attempts) == (Status.SENDING, 2)
    assert "delivery.overtaken" in caplog.text


def test_a_delivery_taken_by_somebody_else_is_left_alone(order, happens):
    happens("order.shipped", order)
    mine = Delivery.objects.with_facts().get(channel="email")
    assert delivering._take(Delivery.objects.get(pk=mine.pk))
    assert not delivering._take(mine)


def test_what_is_not_due_yet_waits(order, happens, sent):
    happens("order.shipped", order)
    Delivery.objects.update(due_at=timezone.now() + timedelta(minutes=1))
    assert not delivering.deliver(delivery().pk)
    assert sent() == []


def test_a_mail_stopped_before_it_left_is_dropped(order, happens, alice, sent):
    happens("order.shipped", order)
    preferences.choose(alice, topic="orders", channel="email", wanted=False)
    assert sent() == []
    assert delivery().status == Status.DROPPED


def test_the_address_is_the_one_of_the_moment_of_sending(order, happens, alice, sent):
    happens("order.shipped", order)
    Customer.objects.filter(pk=alice.pk).update(email="new@example.com")
    assert sent()[0].to == ["new@example.com"]


@pytest.mark.parametrize(
    "address", [None, "", "not an address", "a@example.com, b@example.com", "a@example.com\nBcc: x"]
)
def test_an_address_that_is_gone_or_unsound_drops_the_mail(order, happens, alice, sent, address):
    happens("order.shipped", order)
    Customer.objects.filter(pk=alice.pk).update(email=address)
    assert sent() == []
    assert delivery().status == Status.DROPPED


def test_a_case_that_is_gone_drops_the_mail(case, happens, sent):
    happens("case.answered", case)
    case.delete()
    assert sent() == []
    assert delivery().status == Status.DROPPED


def test_no_row_of_this_room_holds_an_address_a_name_or_a_text(order, happens, alice, sent):
    happens("order.shipped", order)
    sent()
    kept = str([*Delivery.objects.values(), *Notification.objects.values()])
    for personal in (alice.email, alice.name, "煎茶"):
        assert personal not in kept


def test_the_log_of_a_failure_holds_nothing_personal(
    order, happens, alice, refusing, monkeypatch, caplog
):
    happens("order.shipped", order)
    delivering.deliver_due()
    make_due(delivery())

    def compose(notification, also):
        raise RuntimeError(f"{alice.name} {alice.email}")

    monkeypatch.setattr(email.letters, "compose", compose)
    delivering.deliver_due()
    said = [str(vars(r)) + r.getMessage() for r in caplog.records]
    assert any("SMTPRecipientsRefused" in line for line in said)
    assert any("RuntimeError" in line for line in said)
    for personal in (alice.email, alice.name, "canary"):
        assert not any(personal in line for line in said)


def test_a_customer_who_is_erased_leaves_no_notification_behind(case, happens, bob):
    happens("case.answered", case)
    bob.delete()
    assert not Notification.objects.exists()
    assert not Delivery.objects.exists()
    assert mail.outbox == []
