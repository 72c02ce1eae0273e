"""What was given up: why, and sent once more when somebody says so."""

import pytest
from django.utils.translation import override

from notifications import delivering, failures
from notifications.models import Delivery, Status
from portal.flow import WrongMove
from tests.notifications.conftest import delivery
from tests.notifications.test_delivering import make_due

pytestmark = pytest.mark.django_db
REFUSING = "tests.notifications.test_delivering.Refusing"


@pytest.fixture
def given_up(order, happens, settings):
    """A mail that alice's mailbox has refused five times; the mail server is well again."""
    working, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, REFUSING
    happens("order.shipped", order)
    for _ in range(5):
        make_due(delivery())
        delivering.deliver_due()
    settings.EMAIL_BACKEND = working
    assert delivery().status == Status.FAILED
    return delivery()


def test_why_it_failed_is_kept_by_its_kind_and_said_in_both_languages(given_up):
    assert given_up.why == "SMTPRecipientsRefused"
    with override("ja"):
        assert (
            failures.reason(given_up)
            == "宛先のメールボックスに拒否されました。アドレスをご確認ください。"
        )
    with override("en"):
        assert failures.reason(given_up) == "The mailbox refused it. Is the address right?"


@pytest.mark.parametrize("why", ["gaierror", "stuck", "SMTPAuthenticationError", "KeyError", ""])
def test_every_kind_of_failure_has_its_words(why):
    row = Delivery(why=why)
    with override("ja"):
        assert failures.reason(row) and "refused" not in failures.reason(row)


def test_it_goes_out_once_more_to_the_address_of_now(given_up, alice, aki, sent):
    alice.email = "alice@new.example"
    alice.save()
    failures.try_again(given_up, by=aki)
    assert delivery().status == Status.DUE
    (mail,) = sent()
    assert mail.to == ["alice@new.example"]
    assert (delivery().status, delivery().why) == (Status.SENT, "")


def test_failing_again_it_is_given_up_at_once(given_up, aki, settings):
    settings.EMAIL_BACKEND = REFUSING
    failures.try_again(given_up, by=aki)
    delivering.deliver_due()
    assert (delivery().status, delivery().attempts) == (Status.FAILED, 6)
    assert list(failures.failed()) == [given_up]


def test_two_who_try_again_send_one_mail(given_up, aki, sent):
    other = Delivery.objects.get(pk=given_up.pk)
    failures.try_again(given_up, by=aki)
    with pytest.raises(WrongMove):
        failures.try_again(other, by=aki)
    assert len(sent()) == 1


def test_only_what_failed_is_listed_and_each_customer_has_their_own(given_up, alice, bob):
    Delivery.objects.exclude(pk=given_up.pk).update(status=Status.SENT)
    assert list(failures.failed_for(alice)) == [given_up]
    assert not failures.failed_for(bob).exists()
