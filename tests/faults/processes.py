"""The Procfile's processes in production, and somebody at a browser in front of them."""

import http.client
import json
import re
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

from django.conf import settings
from websockets.sync.client import ClientConnection, connect

from portal import webhooks
from tests.harness import services

HOST = "help.shop.example"
BASE_URL = f"https://{HOST}"
FEED_SECRET = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"
# How long anything may take on a busy machine before the test gives up.
PATIENCE = 120


def procfile() -> dict[str, str]:
    """The commands of the Procfile by name."""
    lines = (settings.BASE_DIR / "Procfile").read_text().splitlines()
    return dict(line.split(": ", 1) for line in lines if line)


def environment(folder: Path, *, database: str, broker: str) -> dict[str, str]:
    """What production needs to know, and free ports; nothing of the test's own environment."""
    ports = ("PAGES_PORT", "SOCKETS_A_PORT", "SOCKETS_B_PORT")
    return {
        **{name: str(services.free_port()) for name in ports},
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": str(folder),
        "PYTHONPATH": str(settings.BASE_DIR),
        "DJANGO_SETTINGS_MODULE": "tests.faults.production",
        "TEST_FOLDER": str(folder),
        "DATABASE_URL": database,
        "REDIS_URL": broker,
        "SECRET_KEY": "k3y" + "abcdefghijklmnopqrstuvwxyz0123456789" * 2,
        "BASE_URL": BASE_URL,
        "ALLOWED_HOSTS": HOST,
        "DEFAULT_FROM_EMAIL": "help@shop.example",
        "EMAIL_URL": f"filemail:///{folder}/mails",
        "FEED_SECRET": FEED_SECRET,
        "WEB_CONCURRENCY": "1",
        "WORKERS": "1",
    }


def python(known: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in production to its end."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env=known,
        capture_output=True,
        text=True,
        check=False,
    )


class Processes:
    """All processes of the Procfile; their log goes to one file."""

    def __init__(self, known: dict[str, str], log: Path) -> None:
        self._log = log.open("wb")
        self.running = {
            name: subprocess.Popen(
                [settings.BASE_DIR / "deploy" / "run", name],
                env=known,
                stdout=self._log,
                stderr=subprocess.STDOUT,
            )
            for name in procfile()
        }

    def end(self, *names: str) -> dict[str, int]:
        """Ask processes to end, all by default; return how each did, and kill who will not."""
        chosen = {name: self.running[name] for name in names or self.running}
        for process in chosen.values():
            process.terminate()
        try:
            return {name: process.wait(PATIENCE) for name, process in chosen.items()}
        finally:
            for process in chosen.values():
                process.kill()


class Browser:
    """A browser behind the proxy: what it asks arrives as the sample nginx file passes it on."""

    def __init__(self, known: dict[str, str]) -> None:
        self._ports = known
        self.cookies: dict[str, str] = {}
        # As they were set, with their attributes.
        self.set_cookies: list[str] = []
        self.headers: http.client.HTTPMessage = http.client.HTTPMessage()

    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def ask(self, path: str, body: str | None = None, **headers: str) -> tuple[int, str]:
        """Ask for a page, or post to it; return status and text."""
        link = http.client.HTTPConnection("127.0.0.1", int(self._ports["PAGES_PORT"]), PATIENCE)
        passed_on = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
        own = {"Cookie": self._cookie(), "Referer": BASE_URL + path, "Origin": BASE_URL}
        data = None if body is None else body.encode()
        link.request("GET" if body is None else "POST", path, data, passed_on | own | headers)
        answer = link.getresponse()
        self.headers = answer.headers
        for cookie in answer.headers.get_all("Set-Cookie", []):
            self.set_cookies.append(cookie)
            name, value = cookie.split(";", 1)[0].split("=", 1)
            self.cookies[name] = value
        return answer.status, answer.read().decode()

    def fill_in(self, path: str, field: str, value: str) -> tuple[int, str]:
        """Open a form and post one field of it."""
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.ask(path)[1])
        assert found
        form = f"csrfmiddlewaretoken={found[1]}&{field}={value}"
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask(path, form, **kind)

    def send(self, path: str, data: dict[str, Any]) -> int:
        """Send something signed, as the shop's own system does; return the status."""
        text = json.dumps(data)
        signed = webhooks.headers(text, message_id=f"msg_{uuid.uuid4().hex}", secrets=FEED_SECRET)
        return self.ask(path, text, **signed, **{"Content-Type": "application/json"})[0]

    def socket(self, which: str, path: str) -> ClientConnection:
        """Open a socket to one of the two processes."""
        address = f"ws://127.0.0.1:{self._ports[which]}{path}"
        headers = {"Cookie": self._cookie(), "Host": HOST, "X-Forwarded-Proto": "https"}
        return connect(
            address,
            origin=BASE_URL,  # type: ignore[arg-type]
            additional_headers=headers,
            open_timeout=PATIENCE,
        )


def hear(socket: ClientConnection, kind: str, **fields: Any) -> dict[str, Any]:
    """Read on to the first frame of ``kind`` with ``fields``, and return it."""
    while True:
        frame: dict[str, Any] = json.loads(socket.recv(PATIENCE))
        if frame["type"] == kind and all(frame.get(k) == v for k, v in fields.items()):
            return frame


def hello(socket: ClientConnection, **fields: Any) -> dict[str, Any]:
    """Say hello in the chat and return the welcome."""
    new = {"conversation": None, "after": 0, "language": "ja", "visitor": None, "page": None}
    socket.send(json.dumps({"type": "hello", **new, **fields}))
    return hear(socket, "welcome")


def say(socket: ClientConnection, text: str) -> str:
    """Say something in the chat; returns its id."""
    frame_id = str(uuid.uuid4())
    socket.send(json.dumps({"type": "say", "id": frame_id, "text": text}))
    return frame_id
