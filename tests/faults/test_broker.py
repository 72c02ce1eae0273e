"""The broker is gone for the length of a story, and a worker dies: every mail goes out once."""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_string
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.utils import timezone

from notifications.delivering import STUCK_AFTER
from notifications.models import Delivery, Notification, Status
from tests.faults.databases import database_url
from tests.harness import services
from tests.orders.conftest import body, take

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not shutil.which("redis-server"), reason="no redis-server on this machine"),
]


class Process:
    """One process of the portal, talked to by lines."""

    def __init__(self, role: str, environment: dict[str, str]) -> None:
        self._log = Path(environment["LOG_FOLDER"]) / f"{role}.log"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.telling", role],
            cwd=settings.BASE_DIR,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log.open("a"),
            text=True,
        )

    def heard(self, answer: str) -> bool:
        """Wait for a line, which must be ``answer``; else show what the process complained of."""
        assert self._process.stdout
        said = self._process.stdout.readline().strip()
        assert said == answer, self._log.read_text()[-2000:]
        return True

    def say(self, line: str) -> bool:
        """Give it a line and wait until it is done."""
        assert self._process.stdin
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return self.heard("done")

    def kill(self) -> None:
        """End it without a word, as the kernel does."""
        self._process.kill()
        self._process.wait()


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """What the processes share: database, broker, and the folder mails go to."""
    return {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DEBUG": "1",
        "DATABASE_URL": database_url(),
        "REDIS_URL": f"redis://127.0.0.1:{services.free_port()}/0",
        "EMAIL_URL": f"filemail:///{tmp_path}/mails",
        "BEAT_FILE": str(tmp_path / "beat"),
        "LOG_FOLDER": str(tmp_path),
        "STALL_MARK": str(tmp_path / "stalled"),
    }


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Callable[..., Process]]:
    """Start processes, and end them with the test."""
    with contextlib.ExitStack() as stack:

        def run(role: str, **more: str) -> Process:
            process = Process(role, {**environment, **more})
            stack.callback(process.kill)
            return process

        yield run


@pytest.fixture
def mails(tmp_path: Path) -> Callable[[], list[Any]]:
    """Read the mails that have gone out so far."""

    def read() -> list[Any]:
        files = sorted((tmp_path / "mails").glob("*.log"))
        parts = [p for f in files for p in f.read_text().split("\n" + "-" * 79 + "\n")]
        return [message_from_string(part.lstrip()) for part in parts if part.strip()]

    return read


def broker(environment: dict[str, str]) -> contextlib.AbstractContextManager[str | None]:
    """A Redis at the port that the processes know."""
    return services.redis(urlsplit(environment["REDIS_URL"]).port)


def wait_until(done: Callable[[], bool]) -> bool:
    """Look until something is so; False if it is not within two minutes."""
    end = time.monotonic() + 120
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(0.2)
    return True


def all_sent() -> bool:
    return not Delivery.objects.exclude(status=Status.SENT).exists()


KINDS = ("order.shipped", "order.delayed", "order.delivered")
NUMBERS = ("H-1", "H-2", "H-3")


def test_what_happens_while_the_broker_is_gone_is_told_once_when_it_is_back(
    alice, environment, start, mails
):
    for number in NUMBERS:
        take(body(number), tell=False)
    with broker(environment):
        worker, shop = start("worker"), start("shop")
        assert worker.heard("ready")
        assert shop.say("H-1 order.placed")
        assert wait_until(lambda: len(mails()) == 1)
    for number in NUMBERS:
        for kind in KINDS:
            assert shop.say(f"{number} {kind}")
    # Written down, and in the inbox at once; no mail could go.
    assert Notification.objects.count() == 10
    assert len(mails()) == 1
    with broker(environment):
        assert shop.say("H-2 order.refunded")
        assert wait_until(all_sent)
    # Each is in exactly one mail, and what happened to one order meanwhile is in one.
    rows = Delivery.objects.filter(channel="email").select_related("notification__touchpoint")
    assert rows.count() == 11
    assert not rows.filter(maybe_duplicate=True).exists()
    ids = [mail["Message-ID"] for mail in mails()]
    assert len(ids) == len(set(ids))
    assert {row.provider_id for row in rows} == set(ids)
    told = Counter((row.provider_id, row.notification.touchpoint.data["order"]) for row in rows)
    # H-1's first mail and one an order; the refund came as H-2's was waiting or just after.
    assert len(told) == len(ids)
    assert 4 <= len(ids) <= 5
    assert {order for (_id, order), n in told.items() if n >= len(KINDS)} == set(NUMBERS)


def test_a_worker_killed_while_it_sends_costs_no_mail(alice, environment, start, mails, tmp_path):
    take(body("H-1"), tell=False)
    stalling = {"EMAIL_BACKEND": "tests.faults.telling.StallingOnce"}
    with broker(environment):
        first, shop = start("worker", **stalling), start("shop")
        assert first.heard("ready")
        assert shop.say("H-1 order.shipped")
        assert wait_until((tmp_path / "stalled").exists)
        first.kill()
        row = Delivery.objects.get(channel="email")
        assert row.status == Status.SENDING
        # Time passes: nobody who is alive sends for so long.
        late = timezone.now() - STUCK_AFTER - timedelta(seconds=1)
        Delivery.objects.filter(pk=row.pk).update(taken_at=late)
        second = start("worker", **stalling)
        assert second.heard("ready")
        again = Delivery.objects.filter(pk=row.pk, maybe_duplicate=True)
        assert wait_until(again.exists)
        again.filter(status=Status.DUE).update(due_at=timezone.now())
        assert wait_until(all_sent)
    assert len(mails()) == 1
    row.refresh_from_db()
    assert (row.attempts, row.maybe_duplicate) == (2, True)
