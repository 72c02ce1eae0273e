"""Is the process alive, is it ready."""

import pytest

from portal.home import health


@pytest.fixture
def all_well(monkeypatch):
    for check in ("_database", "_broker", "_bot"):
        monkeypatch.setattr(health, check, lambda: True)


def test_alive_asks_nobody(client):
    """No database mark: a query would fail."""
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")


def test_ready_when_everything_is_there(client, all_well):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"database": True, "broker": True, "bot": True}


@pytest.mark.parametrize("missing", ["database", "broker", "bot"])
def test_not_ready_when_one_is_missing_and_it_says_which(client, all_well, monkeypatch, missing):
    monkeypatch.setattr(health, f"_{missing}", lambda: False)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert [name for name, there in answer.json().items() if not there] == [missing]


def test_a_database_out_of_reach_is_told_and_raises_nothing(monkeypatch):
    from django.db import OperationalError

    class Gone:
        def cursor(self):
            raise OperationalError("gone")

    monkeypatch.setattr(health, "connection", Gone())
    assert health._database() is False


def test_a_broker_out_of_reach_is_told_and_raises_nothing(monkeypatch):
    from celery import Celery

    # Not as the current app: later tests' workers would knock at its broker.
    gone = Celery(broker="redis://127.0.0.1:1/0", set_as_current=False)
    monkeypatch.setattr(health, "current_app", gone)
    assert health._broker() is False


@pytest.mark.django_db
def test_the_database_of_the_tests_is_there():
    assert health._database() is True
