"""The broker is only a doorbell: out of reach it stops nobody, and is left alone for a while."""

import pytest
from kombu.exceptions import OperationalError

from portal import doorbell


class Task:
    """A task whose broker can be taken away."""

    name = "a.task"

    def __init__(self):
        self.in_reach = True
        self.asked = []

    def apply_async(self, arguments, retry):
        assert retry is False
        self.asked.append(arguments)
        if not self.in_reach:
            raise OperationalError("redis://:canary@broker is gone")


@pytest.fixture
def task():
    doorbell.listen()
    yield Task()
    doorbell.listen()


def test_a_ring_is_heard(task):
    assert doorbell.ring(task, 7)
    assert task.asked == [(7,)]


def test_with_the_broker_gone_a_ring_raises_nothing_and_logs_no_secret(task, caplog):
    task.in_reach = False
    assert doorbell.ring(task, 7) is False
    assert "doorbell.unheard" in caplog.text
    assert not any("canary" in str(vars(record)) for record in caplog.records)


def test_after_that_nobody_waits_for_it_again_for_a_while(task, monkeypatch):
    task.in_reach = False
    doorbell.ring(task, 1)
    task.in_reach = True
    assert [doorbell.ring(task, n) for n in range(100)] == [False] * 100
    assert task.asked == [(1,)]
    passed = doorbell.time.monotonic() + doorbell.QUIET_SECONDS + 1
    monkeypatch.setattr(doorbell.time, "monotonic", lambda: passed)
    assert doorbell.ring(task, 2)
