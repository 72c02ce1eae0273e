"""A portal that kills itself at a given point: `python -m tests.faults.dying POINT`."""

import os
import sys
from contextlib import nullcontext
from datetime import timedelta
from functools import wraps
from typing import Any

import django


def _die(*_: Any, **__: Any) -> None:
    os._exit(9)


def _then_die(work: Any) -> Any:
    @wraps(work)
    def done(*args: Any, **kwargs: Any) -> None:
        work(*args, **kwargs)
        _die()

    return done


def _die_of_the_first_word(send: Any) -> Any:
    # The bell of the greeting, which is stored along with the first word, is rung before.
    return lambda group, event: _die() if event.get("seq") == 2 else send(group, event)


def arm(point: str) -> None:
    """Lay the charge where the portal shall die when a customer says something."""
    from bot import conversations, dialogue
    from bot.engine.seat import Seat

    if point == "before the commit":
        dialogue.take = _in_transaction(dialogue.take)
    elif point == "before the bell":
        conversations.live.send = _die_of_the_first_word(conversations.live.send)
    elif point == "before the echo":
        Seat._say = _then_die(Seat._say)
    elif point == "before the answer":
        dialogue.understand = _die
    elif point == "after the answer":
        dialogue.respond = _then_die(dialogue.respond)


def _in_transaction(work: Any) -> Any:
    from django.db import transaction

    return transaction.atomic(_then_die(work))


def main(point: str) -> None:
    """Serve until killed; what a crash left unanswered is answered sooner than in service."""
    django.setup()
    arm(point)
    from django.conf import settings

    from bot import dialogue
    from portal.management import serving

    dialogue._GRACE = timedelta(seconds=1)
    settings.CELERY_BEAT_SCHEDULE["answer-unanswered"]["schedule"] = 1.0

    # With Redis the worker and beat run apart in service; here they die along.
    with serving.Worker(with_beat=True) if settings.REDIS_URL else nullcontext():
        serving.run(host="127.0.0.1", port=settings.PORT)


if __name__ == "__main__":
    main(sys.argv[1])
