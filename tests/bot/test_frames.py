"""What a client may send, and nothing else."""

import json
import uuid

import pytest

from bot import frames
from bot.consumers import KNOWN
from portal.customers import visitors

ID = str(uuid.uuid4())


def code_of(text: str | None) -> str:
    """The error code a frame is refused with."""
    with pytest.raises(frames.Refused) as refusal:
        frames.parse(text, KNOWN)
    return refusal.value.code


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "hello",
        "[]",
        "null",
        "{",
        '{"type":"shout"}',
        '{"type":7}',
        '{"type":["say"]}',
        '{"type":"say","text":"no id"}',
        f'{{"type":"say","id":"{ID}"}}',
        f'{{"type":"say","id":"{ID}","text":7}}',
        f'{{"type":"say","id":"{ID}","text":"  "}}',
        f'{{"type":"say","id":"{ID}","text":"a\\u0000b"}}',
        f'{{"type":"say","id":"{ID}","text":"\\ud800"}}',
        f'{{"type":"say","id":"{ID}","text":NaN}}',
        '{"type":"say","id":"not-a-uuid","text":"x"}',
        '{"type":"seen","seq":-1}',
        '{"type":"seen","seq":true}',
        '{"type":"seen","seq":1e400}',
        '{"type":"hello","language":"fr"}',
        '{"type":"hello","language":"ja","conversation":7}',
        '{"type":"hello","language":"ja","visitor":7}',
        f'{{"type":"press","id":"{ID}","payload":"{"x" * 501}"}}',
        "[" * 20_000,
        '{"type":"say","a":' + "[" * 15_000,
    ],
)
def test_what_is_not_a_frame_is_refused(text):
    assert code_of(text) == "bad_frame"


def test_a_text_above_2000_code_points_is_too_long_and_one_of_2000_is_not():
    def say(text: str) -> str:
        return json.dumps({"type": "say", "id": ID, "text": text})

    assert frames.parse(say("😀" * 2000), KNOWN).text == "😀" * 2000
    assert code_of(say("あ" * 2001)) == "too_long"


def test_a_refused_frame_keeps_its_id():
    with pytest.raises(frames.Refused) as refusal:
        frames.parse(json.dumps({"type": "say", "id": ID, "text": 7}), KNOWN)
    assert str(refusal.value.frame_id) == ID


def test_hello_may_leave_out_what_may_be_null():
    frame = frames.parse('{"type":"hello","language":"en"}', KNOWN)
    assert (frame.conversation, frame.after, frame.visitor, frame.page) == (None, 0, None, None)


@pytest.mark.parametrize("token", ["", "a\x00b", "\ud83d", "x" * 9000])
def test_a_token_that_no_portal_signed_is_none_of_the_frames_business(token):
    frame = frames.read({"type": "hello", "language": "en", "visitor": token}, KNOWN)
    assert frame.visitor == token and visitors.read(token) is None
