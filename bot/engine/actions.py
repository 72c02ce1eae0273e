"""Running rasa_sdk actions in process: the same classes that `python -m rasa_sdk` serves."""

import copy
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from asgiref.sync import async_to_sync
from rasa_sdk.executor import ActionExecutor

from bot.understanding import rasa_files


class Result(NamedTuple):
    """What an action returned: events (slots and the like), and what it uttered."""

    events: list[dict[str, Any]]
    messages: list[dict[str, Any]]


@cache
def _executor() -> ActionExecutor:
    # register_package would end the process on an import error and take every Action there is.
    from bot.actions import ACTIONS

    executor = ActionExecutor()
    for action in ACTIONS:
        executor.register_action(action)
    return executor


def run(name: str, tracker: Mapping[str, Any]) -> Result:
    """Run an action on a copy of ``tracker``: forms change the one they are given.

    Its database work joins the transaction of this thread. Raises whatever the action raises.
    """
    call = {
        "next_action": name,
        "sender_id": tracker["sender_id"],
        "tracker": copy.deepcopy(dict(tracker)),
        "domain": rasa_files.domain().raw,
    }
    done = async_to_sync(_executor().run)(call)
    assert done is not None
    return Result(done.events, done.responses)


def exists(name: str) -> bool:
    """Tell whether an action of this name is registered."""
    return name in _executor().actions
