"""Processes of the portal for the fault tests of telling, each run by `python -m`.

`shop`: each line of its input is an order number and a touchpoint kind, which is recorded; then it
prints "done". `worker`: a Celery worker with beat that sweeps every second, until its input ends.
"""

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import django
from django.core.mail.backends.filebased import EmailBackend


class StallingOnce(EmailBackend):
    """Writes a mail to a file, but the first time stops just before, as if the server hung."""

    def send_messages(self, messages: Any) -> int:
        """Leave a mark and hang, or send if the mark is there."""
        mark = Path(os.environ["STALL_MARK"])
        if not mark.exists():
            mark.touch()
            time.sleep(600)
        return int(super().send_messages(messages))


def shop() -> None:
    """Record what the input says."""
    from orders.models import Order
    from portal.customers import timeline

    for line in sys.stdin:
        number, kind = line.split()
        order = Order.objects.select_related("customer").get(number=number)
        promised = order.promised_at.isoformat()
        data = {"order": number, "before": promised, "now": promised}
        timeline.record(kind, customer=order.customer, about=order, data=data)
        print("done", flush=True)


def worker() -> None:
    """Work and sweep until the input ends."""
    from celery import current_app
    from django.conf import settings

    from portal.management import serving

    current_app.conf.beat_schedule = {
        "deliver-due": {"task": "notifications.tasks.deliver_due", "schedule": 1.0}
    }
    current_app.conf.beat_schedule_filename = os.environ["BEAT_FILE"]
    settings.EMAIL_BACKEND = os.environ.get("EMAIL_BACKEND", settings.EMAIL_BACKEND)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with serving.Worker(with_beat=True):
        print("ready", flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    django.setup()
    {"shop": shop, "worker": worker}[sys.argv[1]]()
