"""The small cast every test is a sentence about."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.utils import translation

from notifications import gathering
from portal import limits
from portal.customers import visitors
from portal.customers.models import Customer

pytest_plugins = ["tests.harness.plugin"]


@pytest.fixture(autouse=True)
def fresh_limits():
    """Rate limits count from nothing in each test."""
    limits.reset()


@pytest.fixture(autouse=True)
def shops_language():
    """Each test begins in the shop's language, whatever the one before it asked for."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def mails_wait_for_nothing(monkeypatch):
    """A mail is due at once; the tests of gathering say otherwise."""
    monkeypatch.setattr(gathering, "WAIT", timedelta(0))


@pytest.fixture
def alice(db) -> Customer:
    """A customer who writes Japanese."""
    return Customer.objects.create_user("alice@example.com", name="有栖 花", language="ja")


@pytest.fixture
def bob(db) -> Customer:
    """Another customer, who writes English."""
    return Customer.objects.create_user("bob@example.com", name="Bob Stone", language="en")


def _staff(email: str, name: str, group: str) -> Customer:
    person = Customer.objects.create_user(email, name=name, is_staff=True)
    person.groups.add(Group.objects.get_or_create(name=group)[0])
    return person


@pytest.fixture
def aki(db) -> Customer:
    """An agent."""
    return _staff("aki@shop.example", "Aki", "agents")


@pytest.fixture
def eri(db) -> Customer:
    """An editor."""
    return _staff("eri@shop.example", "Eri", "editors")


@pytest.fixture
def visitor() -> visitors.Visitor:
    """A browser nobody knows."""
    return visitors.new()
