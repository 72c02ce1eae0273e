"""An import that is killed half way and started again leaves what one clean run does (fault 25)."""

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from notifications.models import Notification
from orders.models import Order, OrderEvent, OrderLine
from portal.customers.models import Customer, Touchpoint
from tests.faults.test_broker import database_url
from tests.orders import make_csv

pytestmark = pytest.mark.django_db(transaction=True)

ORDERS = 1600
PATIENCE = 120
# What depends on when an import was begun, not on what the file says.
OF_THE_RUN = {"id", "order_id", "customer_id", "snapshot_at", "created_at"}


def rows() -> dict[str, list[Any]]:
    """Return all that an import writes, by what the file calls it."""

    def kept(found: Any, *names: str) -> list[Any]:
        return sorted(
            repr(
                [
                    *(row.pop(name) for name in names),
                    {k: row[k] for k in sorted(row.keys() - OF_THE_RUN)},
                ]
            )
            for row in found.values(*names, *_fields(found.model))
        )

    facts = Touchpoint.objects.values_list("kind", "channel", "customer__email", "data")
    return {
        "customers": sorted(Customer.objects.values_list("email", "name", "language")),
        "orders": kept(Order.objects.all(), "customer__email"),
        "lines": kept(OrderLine.objects.all(), "order__number"),
        "events": kept(OrderEvent.objects.all(), "order__number"),
        "touchpoints": sorted(map(repr, facts)),
    }


def _fields(model: Any) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def forget() -> None:
    """Leave nothing of an import."""
    Touchpoint.objects.all().delete()
    Order.objects.all().delete()
    Customer.objects.all().delete()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Orders enough for several batches, with bad rows between them."""
    path = tmp_path / "orders.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        make_csv.write(out, ORDERS)
    return path


def run_until(file: Path, so_many: int) -> int:
    """Import in a process of its own, kill it once there are ``so_many`` orders; return how many.

    Whatever it was doing at that instant is cut off: SIGKILL cannot be caught.
    """
    process = subprocess.Popen(
        [sys.executable, "manage.py", "import_orders", str(file)],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DEBUG": "1", "DATABASE_URL": database_url()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + PATIENCE
    while process.poll() is None and Order.objects.count() < so_many:
        assert time.monotonic() < end
        time.sleep(0.01)
    process.kill()
    assert process.wait() == -signal.SIGKILL, "it was through before it could be killed"
    return Order.objects.count()


def test_an_import_killed_twice_ends_as_one_clean_run(file):
    call_command("import_orders", str(file), stdout=io.StringIO(), stderr=io.StringIO())
    clean = rows()
    assert len(clean["orders"]) == ORDERS
    forget()
    first = run_until(file, 1)
    second = run_until(file, first + 1)
    assert 0 < first < second < ORDERS
    call_command("import_orders", str(file), stdout=io.StringIO(), stderr=io.StringIO())
    again = rows()
    assert {name: len(found) for name, found in again.items()} == {
        name: len(found) for name, found in clean.items()
    }
    assert again == clean
    assert not Notification.objects.exists(), "an import without --tell tells nobody"
