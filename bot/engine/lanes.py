"""Threads of their own for what must not hold up the sockets.

`database_sync_to_async` runs all sockets of a process in one thread: only millisecond work goes
through it. Understanding and answering have small pools apart from it and from each other.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import close_old_connections

Result = TypeVar("Result")

UNDERSTANDING = ThreadPoolExecutor(max_workers=2, thread_name_prefix="understanding")
ANSWERING = ThreadPoolExecutor(max_workers=2, thread_name_prefix="answering")


async def run(pool: ThreadPoolExecutor, work: Callable[[], Result]) -> Result:
    """Do ``work`` in ``pool`` with a database connection that is known to live."""
    return await asyncio.get_running_loop().run_in_executor(pool, _with_connection, work)


def _with_connection(work: Callable[[], Result]) -> Result:
    close_old_connections()
    try:
        return work()
    finally:
        close_old_connections()
