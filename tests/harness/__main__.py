"""Run the whole suite: on SQLite alone, then on PostgreSQL with Redis where they can be had.

`python -m tests.harness [pytest arguments]`
"""

import os
import subprocess
import sys

from tests.harness import services


def run(label: str, arguments: list[str], **environment: str) -> int:
    """Run pytest with further environment variables and return its exit code."""
    print(f"\n== {label}", flush=True)
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(command, env={**os.environ, **environment}, check=False).returncode


def main(arguments: list[str]) -> int:
    """Run both passes, the second also after a failure; return the first code that is not zero."""
    services.install()
    first = run("SQLite, in-memory channel layer and broker", arguments, DEBUG="1", REDIS_URL="")
    with services.postgres() as database, services.redis() as broker:
        if not database or not broker:
            missing = "PostgreSQL" if not database else "redis-server"
            print(f"\n== PostgreSQL with Redis: skipped, no {missing} on this machine")
            return first or int(bool(os.environ.get("CI")))
        second = run(
            "PostgreSQL with Redis",
            [*arguments, "-m", "not browser or everywhere"],
            DEBUG="1",
            DATABASE_URL=database,
            REDIS_URL=broker,
        )
        return first or second


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
