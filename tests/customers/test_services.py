"""Getting to know customers, proving who they are, forgetting strangers."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.customers import addresses, services, timeline
from portal.customers.models import Customer, Identity

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Alice@Example.COM ", "alice@example.com"),
        ("ａｌｉｃｅ＠ｅｘａｍｐｌｅ．ｃｏｍ", "alice@example.com"),
        ("STRASSE@example.com", "strasse@example.com"),
    ],
)
def test_an_address_is_kept_folded(typed, kept):
    assert addresses.fold_email(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("090-1234-5678", "+819012345678"),
        ("０９０−１２３４−５６７８", "+819012345678"),
        ("+44 20 7946 0958", "+442079460958"),
        ("hello", ""),
        ("1", ""),
    ],
)
def test_a_phone_number_is_kept_in_e164(typed, kept):
    assert addresses.fold_phone(typed) == kept


@pytest.mark.parametrize(
    ("kept", "shown"),
    [("+819012345678", "090-1234-5678"), ("+442079460958", "+44 20 7946 0958"), ("?", "?")],
)
def test_a_phone_number_is_shown_as_its_country_writes_it(kept, shown):
    assert addresses.show_phone(kept) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("alice@example.com", "al•••@example.com"),
        ("ab@example.com", "a•••@example.com"),
        ("a@example.com", "•••@example.com"),
    ],
)
def test_a_masked_address_hides_most_of_the_name(address, shown):
    assert addresses.mask_email(address) == shown


def test_knowing_somebody_twice_makes_one_customer():
    first = services.known("New@Example.com", language="en")
    again = services.known("new@example.com", language="ja")
    assert first == again
    assert again.language == "en"
    assert not first.has_usable_password()


def test_many_are_got_to_know_with_few_questions(alice, django_assert_max_num_queries):
    people = {f"p{n}@example.com": {"name": f"P{n}"} for n in range(100)}
    with django_assert_max_num_queries(6):
        found = services.known_many({**people, "ALICE@example.com": {"name": "Mallory"}})
    assert found["alice@example.com"].name == "有栖 花"
    assert len(found) == 101


def test_a_typed_address_proves_nothing(alice):
    services.known("alice@example.com")
    assert not services.is_proven(alice)


def test_a_proof_is_one_row_and_moves_forward(alice):
    first = services.prove(alice, kind="email", value="alice@example.com").verified_at
    second = services.prove(alice, kind="email", value="alice@example.com").verified_at
    assert second > first
    assert Identity.objects.count() == 1


def test_an_address_proven_by_bob_cannot_be_alices_too(alice, bob):
    services.prove(bob, kind="email", value="b2@example.com")
    with pytest.raises(IntegrityError), transaction.atomic():
        services.prove(alice, kind="email", value="b2@example.com")


def test_addresses_that_cannot_be_told_apart_are_one():
    Customer.objects.create_user("x@example.com")
    with pytest.raises(IntegrityError), transaction.atomic():
        Customer.objects.create_user("X@example.com ")


def test_customers_without_an_address_do_not_collide():
    Customer.objects.create_user(None, name="LINE only")
    Customer.objects.create_user(None, name="phone only")
    assert Customer.objects.count() == 2


class TestSweep:
    """Strangers who typed an address are forgotten after a day; nobody else is."""

    @pytest.fixture(autouse=True)
    def old(self, db):
        """Call it to make everybody two days old."""
        return lambda: Customer.objects.update(date_joined=timezone.now() - timedelta(days=2))

    def test_a_stranger_goes(self, old):
        services.known("stranger@example.com")
        old()
        assert services.sweep_unproven() == 1
        assert not Customer.objects.exists()

    def test_a_stranger_of_today_stays(self):
        services.known("stranger@example.com")
        assert services.sweep_unproven() == 0

    def test_who_proved_an_address_stays(self, alice, old):
        services.prove(alice, kind="email", value=alice.email)
        old()
        assert services.sweep_unproven() == 0

    def test_who_left_a_trace_stays(self, alice, old):
        timeline.record("customer.signed_in", customer=alice)
        old()
        assert services.sweep_unproven() == 0

    def test_who_acted_for_somebody_else_stays(self, alice, bob, old):
        timeline.record("customer.signed_in", customer=alice, actor=bob)
        old()
        assert services.sweep_unproven() == 0
        assert Customer.objects.count() == 2

    def test_staff_stay(self, aki, old):
        old()
        assert services.sweep_unproven() == 0

    def test_who_is_in_a_group_stays(self, alice, old):
        alice.groups.add(Group.objects.get_or_create(name="managers")[0])
        old()
        assert services.sweep_unproven() == 0
