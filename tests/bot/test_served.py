"""The chat socket as uvicorn serves it: real handshakes, real closes."""

import json
import uuid

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect


def opened(portal, origin: str | None = None) -> ClientConnection:
    return connect(f"{portal.socket}/ws/chat/", origin=origin or portal.url, open_timeout=20)


def heard(socket: ClientConnection, kind: str) -> dict:
    """Read on to the first frame of a kind."""
    while True:
        frame = json.loads(socket.recv(timeout=20))
        if frame["type"] == kind:
            return frame


def hello(socket: ClientConnection, **fields) -> dict:
    frame = {"conversation": None, "after": 0, "language": "en", "visitor": None, "page": None}
    socket.send(json.dumps({"type": "hello", **frame, **fields}))
    return heard(socket, "welcome")


def say(socket: ClientConnection, text: str) -> str:
    frame_id = str(uuid.uuid4())
    socket.send(json.dumps({"type": "say", "id": frame_id, "text": text}))
    return frame_id


def close_code(socket: ClientConnection) -> int:
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            socket.recv(timeout=20)
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


def test_a_stop_of_the_server_closes_with_1012(live_portal):
    with opened(live_portal) as line:
        hello(line)
        live_portal.stop()
        assert close_code(line) == 1012
