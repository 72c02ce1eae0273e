"""The chat socket as uvicorn serves it: real handshakes, real closes."""

import contextlib
import json
import socket
import threading
import time
import uuid
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.protocol import State
from websockets.sync.client import ClientConnection, connect

from bot.engine import socket as manners
from bot.models import ChatMessage, Conversation


def opened(portal, origin: str | None = None) -> ClientConnection:
    return connect(f"{portal.socket}/ws/chat/", origin=origin or portal.url, open_timeout=20)


def heard(line: ClientConnection, kind: str) -> dict:
    """Read on to the first frame of a kind."""
    while True:
        frame = json.loads(line.recv(timeout=20))
        if frame["type"] == kind:
            return frame


def hello(line: ClientConnection, **fields) -> dict:
    frame = {"conversation": None, "after": 0, "language": "en", "visitor": None, "page": None}
    line.send(json.dumps({"type": "hello", **frame, **fields}))
    return heard(line, "welcome")


def say(line: ClientConnection, text: str) -> str:
    frame_id = str(uuid.uuid4())
    line.send(json.dumps({"type": "say", "id": frame_id, "text": text}))
    return frame_id


def close_code(line: ClientConnection) -> int:
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            line.recv(timeout=20)
    assert closed.value.rcvd
    return closed.value.rcvd.code


def test_a_foreign_look_alike_or_missing_origin_gets_403(live_portal):
    for origin in ("https://evil.example", f"{live_portal.url}.evil.example", "null"):
        with pytest.raises(InvalidStatus) as refused:
            opened(live_portal, origin)
        assert refused.value.response.status_code == 403
    with pytest.raises(InvalidStatus) as refused:
        connect(f"{live_portal.socket}/ws/chat/", origin=None)
    assert refused.value.response.status_code == 403


def test_what_is_said_is_echoed_answered_and_still_there_after_a_restart_of_the_line(live_portal):
    with opened(live_portal) as line:
        welcome = hello(line)
        sent = say(line, "thank you")
        echo, answer = heard(line, "message"), heard(line, "message")
        assert echo["id"] == sent and answer["answers"] == echo["seq"]
    with opened(live_portal) as line:
        again = hello(
            line, conversation=welcome["conversation"], visitor=welcome["visitor"], after=1
        )
        assert again["messages"] == [echo, answer]


@pytest.mark.parametrize("size", [33 * 1024, 65 * 1024])
def test_a_frame_too_large_closes_with_1009(live_portal, size):
    with opened(live_portal) as line:
        hello(line)
        say(line, "x" * size)
        assert close_code(line) == 1009


def until_closed(line: ClientConnection, fragments: list[str]) -> Iterator[str]:
    """Yield ``fragments`` and hold the frame's end back until the server has closed.

    Bytes it has not read when it closes make TCP reset the line, which loses the close code.
    """
    yield from fragments
    end = time.monotonic() + 20
    while line.protocol.state is State.OPEN and time.monotonic() < end:
        time.sleep(0.02)


def test_a_frame_in_many_fragments_is_measured_whole(live_portal):
    with opened(live_portal) as line:
        hello(line)
        with contextlib.suppress(ConnectionClosed):
            line.send(until_closed(line, ["x" * 1024] * 65))
        assert close_code(line) == 1009


def test_a_stop_of_the_server_closes_with_1012(live_portal):
    with opened(live_portal) as line:
        hello(line)
        live_portal.stop()
        assert close_code(line) == 1012


def test_a_reader_who_stops_is_closed_with_4408_and_holds_up_nobody(live_portal, monkeypatch):
    left, leave = threading.Event(), manners.FrameSocket.leave

    async def leave_noticed(self, code):
        await leave(self, code)
        left.set()

    monkeypatch.setattr(manners.FrameSocket, "leave", leave_noticed)
    monkeypatch.setattr(manners, "PATIENCE", 0.5)
    with opened(live_portal) as line:
        welcome = hello(line)
        say(line, "thank you")
        heard(line, "message")
    row = Conversation.objects.get()
    ChatMessage.objects.bulk_create(
        ChatMessage(conversation=row, seq=n, author="system", text="あ" * 6000)
        for n in range(10, 210)
    )
    Conversation.objects.update(next_seq=210)
    mine = {"conversation": welcome["conversation"], "visitor": welcome["visitor"]}
    narrow = socket.create_connection(("127.0.0.1", live_portal.port))
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    url, origin = f"{live_portal.socket}/ws/chat/", live_portal.url
    # A client that keeps but one frame stops reading when nobody takes it.
    with (
        opened(live_portal) as line,
        connect(url, origin=origin, sock=narrow, max_queue=1, max_size=None) as stuck,
    ):
        hello(line, after=209, **mine)
        asked = {"type": "hello", "after": 0, "language": "en", "page": None, **mine}
        for _ in range(9):
            stuck.send(json.dumps(asked))
        for _ in range(3):
            sent = say(line, "thank you")
            while heard(line, "message")["id"] != sent:
                pass
        assert left.wait(30)
        assert close_code(stuck) == 4408
