"""Killed between COMMIT and announce: the fact is there, and the sweep tells it, once."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from portal.customers import timeline
from portal.customers.models import Touchpoint
from tests.faults.databases import database_url

pytestmark = pytest.mark.django_db(transaction=True)

told: list[int] = []


def listen(touchpoint: Touchpoint) -> None:
    told.append(touchpoint.pk)


def test_what_was_committed_is_told_after_the_crash(alice, settings):
    settings.TOUCHPOINT_LISTENERS = [f"{__name__}.listen"]
    told.clear()
    dead = subprocess.run(
        [sys.executable, "-m", "tests.faults.crashing", str(alice.pk)],
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "DATABASE_URL": database_url(),
        },
        check=False,
    )
    assert dead.returncode == 9
    row = Touchpoint.objects.get()
    assert row.announced_at is None
    Touchpoint.objects.update(happened_at=timezone.now() - timedelta(minutes=2))
    timeline.announce_again()
    timeline.announce_again()
    assert told == [row.pk]
