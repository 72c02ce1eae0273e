"""Run the whole suite: on SQLite alone, and on PostgreSQL with Redis where they can be had.

`python -m tests.harness [pytest arguments]`

Both passes run at once, since either leaves a second core idle; what the second says is shown when
the first has ended.
"""

import os
import subprocess
import sys
import tempfile
from typing import IO

from tests.harness import services


def started(
    arguments: list[str], output: IO[str] | None = None, **environment: str
) -> subprocess.Popen[str]:
    """Start pytest with further environment variables; what it says goes to ``output``, if any."""
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", *arguments],
        env={**os.environ, **environment},
        stdout=output,
        stderr=output and subprocess.STDOUT,
        text=True,
    )


def main(arguments: list[str]) -> int:
    """Run both passes; return the first exit code that is not zero."""
    services.install()
    with services.postgres() as database, services.redis() as broker:
        if not database or not broker:
            missing = "PostgreSQL" if not database else "redis-server"
            print(f"\n== PostgreSQL with Redis: skipped, no {missing} on this machine", flush=True)
            return on_sqlite(arguments) or int(bool(os.environ.get("CI")))
        with tempfile.TemporaryFile("w+") as said:
            second = started(
                [*arguments, "-m", "not browser or everywhere"],
                said,
                DEBUG="1",
                DATABASE_URL=database,
                REDIS_URL=broker,
            )
            try:
                first = on_sqlite(arguments)
                print("\n== PostgreSQL with Redis", flush=True)
                second.wait()
            finally:
                second.kill()
            said.seek(0)
            print(said.read(), flush=True)
        return first or second.returncode


def on_sqlite(arguments: list[str]) -> int:
    """Run the pass that needs no server at all and return its exit code."""
    print("\n== SQLite, in-memory channel layer and broker", flush=True)
    return started(arguments, DEBUG="1", REDIS_URL="").wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
