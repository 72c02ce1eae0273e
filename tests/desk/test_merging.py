"""A manager joins two records of one person; nobody else does."""

import pytest
from django.contrib.auth.models import Group

from portal.customers import groups
from portal.customers.models import Customer, Touchpoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def mako(db) -> Customer:
    """A manager, who reads English."""
    person = Customer.objects.create_user("mako@shop.example", is_staff=True, language="en")
    person.groups.add(Group.objects.get_or_create(name=groups.MANAGERS)[0])
    return person


def test_both_are_shown_before_anything_happens(client, mako, alice, bob):
    client.force_login(mako)
    page = client.get(f"/desk/customer/{alice.pk}/merge/?q=bob@example.com").content.decode()
    assert alice.email in page and bob.email in page
    assert Customer.objects.filter(pk=bob.pk).exists()


def test_they_become_one_and_it_is_recorded(client, mako, alice, bob):
    client.force_login(mako)
    answer = client.post(f"/desk/customer/{alice.pk}/merge/{bob.pk}/")
    assert answer.url == f"/desk/customer/{alice.pk}/"
    assert not Customer.objects.filter(pk=bob.pk).exists()
    assert Touchpoint.objects.get(kind="customer.merged").actor == mako


def test_looking_by_get_joins_nobody(client, mako, alice, bob):
    client.force_login(mako)
    assert client.get(f"/desk/customer/{alice.pk}/merge/{bob.pk}/").status_code == 405
    assert Customer.objects.filter(pk=bob.pk).exists()


@pytest.mark.parametrize("who", ["aki", "eri", "alice"])
def test_only_managers_may(request, client, alice, bob, who):
    client.force_login(request.getfixturevalue(who))
    assert client.get(f"/desk/customer/{alice.pk}/merge/").status_code == 404
    assert client.post(f"/desk/customer/{alice.pk}/merge/{bob.pk}/").status_code == 404
    assert Customer.objects.filter(pk=bob.pk).exists()


def test_staff_are_nobodys_other_record(client, mako, alice, aki):
    client.force_login(mako)
    assert client.post(f"/desk/customer/{alice.pk}/merge/{aki.pk}/").status_code == 404
    page = client.get(f"/desk/customer/{alice.pk}/merge/?q={aki.email}").content.decode()
    assert "Nobody was found" in page


def test_one_cannot_be_joined_with_itself(client, mako, alice):
    client.force_login(mako)
    answer = client.post(f"/desk/customer/{alice.pk}/merge/{alice.pk}/", follow=True)
    assert "cannot be joined" in answer.content.decode()
    assert Customer.objects.filter(pk=alice.pk).exists()
