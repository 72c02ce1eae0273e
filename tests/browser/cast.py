"""What browser tests share: signing somebody in, and a chat socket the test itself answers."""

import itertools
import json
import mimetypes
from typing import Any
from urllib.parse import urlsplit

from django.contrib.sessions.backends.db import SessionStore
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import timezone

from bot import frames
from portal.customers.models import Customer

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
GREETING = {
    "seq": 1,
    "author": "bot",
    "name": "Assistant",
    "text": "Hello, I am a bot.",
    "parts": [{"type": "buttons", "buttons": [{"title": "Where is it?", "payload": "/where"}]}],
}


def sign_in(person: Any, customer: Customer) -> None:
    """Give a browser the session of ``customer``."""
    session = SessionStore()
    session["_auth_user_id"] = str(customer.pk)
    session["_auth_user_backend"] = BACKEND
    session["_auth_user_hash"] = customer.get_session_auth_hash()
    session.save()
    cookie = {"name": "sessionid", "value": session.session_key, "url": person.portal.url}
    person.page.context.add_cookies([cookie])


# Where pages are seen that no server serves; loopback, so that the browser trusts it like https.
HERE = "http://127.0.0.1:8999"
PATHS = [
    "/widget.js",
    *(
        f"/{one}/{path}"
        for one in ("ja", "en")
        for path in (
            "chat/",
            "chat/widget.json",
            "sign-in/",
        )
    ),
]


def serve(context: Any, client: Client, *, site: str = "") -> None:
    """Let a browser see the pages as they are now, without a server behind them.

    For tests of the scripts alone: what the pages do at the server is tested elsewhere. They are
    asked for beforehand, because the browser's calls come in another thread than the database's.
    ``site`` is the origin of another site, whose one page brings the chat by its script.
    """
    pages = {path: client.get(path) for path in PATHS}
    pages["/ja/chat/frame/"] = client.get("/ja/chat/frame/", {"host": site})
    host = f'<html lang="ja"><body><p>shop</p><script src="{HERE}/widget.js" defer></script>'

    def answer(route: Any) -> None:
        path = urlsplit(route.request.url).path
        if site and route.request.url == f"{site}/":
            return route.fulfill(body=host, content_type="text/html")
        if path in pages:
            page = pages[path]
            return route.fulfill(headers=dict(page.headers), body=page.content)
        static = path.startswith("/static/") and finders.find(path.removeprefix("/static/"))
        if static:
            return route.fulfill(path=static, content_type=mimetypes.guess_type(path)[0])
        return route.fulfill(status=404)

    context.route("**/*", answer)


class FakeLine:
    """The server's end of `/ws/chat/` in the hands of a test: it answers hello, the test the rest.

    `answers` False keeps the line silent, so that nothing is acknowledged; `reachable` False
    refuses each new socket; `page` is how many messages a frame holds at most.
    """

    def __init__(self, page: Any) -> None:
        self.heard: list[dict[str, Any]] = []
        self.stored = [message(**GREETING)]
        self.state: dict[str, Any] = {"owner": "bot", "queue": None}
        self.conversation = "0b6ff1f0-8f0f-4c55-9d0f-3a1a1f1d3c11"
        self.answers = True
        self.page = 200
        self.reachable = True
        self.socket: Any = None
        page.route_web_socket("**/ws/chat/", self._open)

    def _open(self, socket: Any) -> Any:
        if not self.reachable:
            return socket.close()
        self.socket = socket
        socket.on_message(lambda text: self._hear(json.loads(text)))

    def _hear(self, frame: dict[str, Any]) -> None:
        self.heard.append(frame)
        if frame["type"] == "hello":
            self.welcome(after=frame["after"])
        elif frame["type"] in ("say", "press", "mail_me") and self.answers:
            self.say(author="customer", id=frame["id"], text=frame.get("text", "pressed"))
        elif frame["type"] == "earlier":
            before = [each for each in self.stored if each["seq"] < frame["before"]]
            self.send(type="earlier", **self._newest(before))

    def _newest(self, messages: list[dict[str, Any]]) -> dict[str, Any]:
        return {"messages": messages[-self.page :], "more": len(messages) > self.page}

    def welcome(self, *, after: int = 0) -> None:
        """Answer a hello."""
        self.send(
            type="welcome",
            conversation=self.conversation,
            visitor="token",
            head=len(self.stored),
            state=self.state,
            **self._newest([each for each in self.stored if each["seq"] > after]),
        )

    def say(self, *, told: bool = True, **fields: Any) -> dict[str, Any]:
        """Store a message under the next seq and, if ``told``, send it."""
        said = message(seq=len(self.stored) + 1, **fields)
        self.stored.append(said)
        if told:
            self.send(**said)
        return said

    def send(self, **frame: Any) -> None:
        """Send a frame."""
        self.socket.send(json.dumps(frame))

    def drop(self, code: int = 1012) -> None:
        """Cut the line as a restarting server does."""
        self.socket.close(code=code)

    def frames(self, kind: str) -> list[dict[str, Any]]:
        """Return the frames of a type heard so far."""
        return [frame for frame in self.heard if frame["type"] == kind]


def message(**fields: Any) -> dict[str, Any]:
    """A message frame."""
    blank = {"type": "message", "id": None, "name": "", "parts": [], "answers": None}
    return {**blank, "at": frames.written(timezone.now()), **fields}


def wait_until(page: Any, true: Any, *, tries: int = 100) -> None:
    """Let the page go on until ``true()`` holds; fails after five seconds."""
    for _try in itertools.repeat(None, tries):
        if true():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it never came true")
