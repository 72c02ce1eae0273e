"""Serving the whole portal in one process: pages and sockets by uvicorn, a Celery worker and beat
in threads beside it. With REDIS_URL set, workers run apart and only uvicorn serves here.
"""

import signal
import threading
from types import TracebackType
from typing import Any

import uvicorn
from celery import beat, current_app
from django.conf import settings
from django.db import connections

from cms import answers

FRAME_LIMIT = 64 * 1024


class Worker:
    """A Celery worker and, if wanted, beat, in threads of this process; a context manager."""

    def __init__(self, *, with_beat: bool) -> None:
        self._controller: Any = current_app.WorkController(
            pool="solo", without_mingle=True, without_gossip=True, without_heartbeat=True
        )
        self._thread = threading.Thread(target=self._controller.start, name="worker", daemon=True)
        self._beat = beat.EmbeddedService(current_app, thread=True) if with_beat else None

    def __enter__(self) -> "Worker":
        self._thread.start()
        if self._beat:
            self._beat.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._beat:
            self._beat.stop()
        # Read by the consumer's loop between two tasks, so that a running one ends properly.
        from celery.worker import state

        state.should_stop = 0
        self._thread.join(timeout=10)
        state.should_stop = None


def server(*, host: str, port: int) -> uvicorn.Server:
    """Return a uvicorn server for pages and sockets with the limits of DESIGN §8 and §9."""
    return uvicorn.Server(
        uvicorn.Config(
            "portal.asgi:application",
            host=host,
            port=port,
            ws="websockets-sansio",
            ws_max_size=FRAME_LIMIT,
            ws_per_message_deflate=False,
            lifespan="on",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=5,
            server_header=False,
        )
    )


def run(*, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT, then stop beat, the worker and the database connections."""
    # uvicorn raises the signal again after its own stop; with these in place that ends nothing
    # before the worker has been joined.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    answers.warm([code for code, _ in settings.LANGUAGES])
    serving = server(host=host, port=port)
    if settings.REDIS_URL:
        serving.run()
    else:
        with Worker(with_beat=True):
            serving.run()
    connections.close_all()
