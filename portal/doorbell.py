"""The broker as a doorbell: tell a worker that there is work, and never wait for an answer.

What is to be done stands in a row and beat sweeps what is due, so a ring that nobody hears costs
some seconds and nothing else (DESIGN §7). Callers ring after commit.
"""

import logging
import time
from typing import Any

from celery import Task

log = logging.getLogger(__name__)

# After the broker was out of reach nobody tries again for so long: a thousand rings in a row must
# not wait a thousand times for a connection.
QUIET_SECONDS = 10.0
_quiet_until = 0.0


def ring(task: Task, *arguments: Any) -> bool:
    """Ask a worker to run ``task`` now; False if the broker is, or just was, out of reach.

    Never raises on a broker's account and waits a second at most.
    """
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return False
    try:
        task.apply_async(arguments, retry=False)
    except Exception as error:  # what a broker out of reach raises differs by broker
        _quiet_until = time.monotonic() + QUIET_SECONDS
        log.warning("doorbell.unheard", extra={"task": task.name, "why": type(error).__name__})
        return False
    return True


def listen() -> None:
    """Forget that the broker was out of reach: the next ring tries it at once."""
    global _quiet_until
    _quiet_until = 0.0
