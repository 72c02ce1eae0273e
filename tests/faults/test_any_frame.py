"""Whatever is sent as a frame: the socket lives, nothing breaks inside, nothing odd is stored."""

import json
import os
import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import frames
from bot.consumers import KNOWN as AT_THE_CHAT
from bot.engine import socket as manners
from bot.models import ChatMessage
from portal.desk.consumers import KNOWN as AT_THE_DESK
from tests.bot.chatter import chat, sockets

__all__ = ["chat", "sockets"]
# `make test` tries the same few each time, `make faults` four times as many and other ones.
_FAULTS = bool(os.environ.get("FAULTS"))
MANNER = settings(deadline=None, derandomize=not _FAULTS, database=None)
TIMES = 4 if _FAULTS else 1

# Everything JSON can say and more: NUL and lone surrogates, huge numbers, NaN, deep nesting.
ODD = st.sampled_from(
    ["\x00", "\ud83d", "a\x00b", "", " ", "x" * 2001, "😀" * 2000, str(uuid.uuid4()), "/greet"]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | ODD
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
FIELDS = sorted(
    {name.rstrip("!") for names in (AT_THE_CHAT | AT_THE_DESK).values() for name in names}
)
NEARLY = st.builds(
    lambda kind, fields: {**fields, "type": kind},
    st.sampled_from(sorted(AT_THE_CHAT | AT_THE_DESK)) | SCALARS,
    st.dictionaries(st.sampled_from(FIELDS), ANYTHING),
)
BRACKETS = st.integers(1, 10_000).map(lambda depth: "[" * depth)
TEXTS = st.one_of(NEARLY.map(json.dumps), ANYTHING.map(json.dumps), st.text(), BRACKETS)


@settings(MANNER, max_examples=100 * TIMES)
@given(TEXTS)
@pytest.mark.parametrize("known", [AT_THE_CHAT, AT_THE_DESK], ids=["chat", "desk"])
def test_a_text_is_a_sound_frame_or_refused(known, text):
    try:
        frame = frames.parse(text, known)
    except frames.Refused as refusal:
        assert refusal.code in ("bad_frame", "too_long")
        return
    assert frame.type in known
    for words in (frame.text, frame.payload, frame.page or ""):
        words.encode()
        assert "\x00" not in words
    assert len(frame.text) <= 2000 and frame.after >= 0 and frame.language in ("ja", "en")


class Endless:
    """A bucket that is never empty and strikes that are never full."""

    def __init__(self, *args: object) -> None: ...

    def take(self) -> bool:
        return True

    def strike(self) -> bool:
        return False


SAYABLE = st.one_of(
    NEARLY,
    st.builds(
        lambda text, id_: {"type": "say", "text": text, "id": id_},
        st.text(st.characters(), max_size=40) | ODD,
        st.uuids().map(str) | SCALARS,
    ),
    st.builds(
        lambda visitor, conversation, after: {
            "type": "hello",
            "language": "en",
            "visitor": visitor,
            "conversation": conversation,
            "after": after,
        },
        SCALARS,
        st.uuids().map(str) | SCALARS,
        SCALARS,
    ),
)
CODES = {"bad_frame", "too_long", "not_offered", "not_yours", "closed"}


@settings(
    MANNER,
    max_examples=25 * TIMES,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    said=st.lists(
        SAYABLE.map(json.dumps) | BRACKETS | st.binary(min_size=1, max_size=40), max_size=4
    )
)
async def test_a_socket_survives_whatever_is_said_to_it(chat, monkeypatch, said):
    monkeypatch.setattr(manners, "Bucket", Endless)
    monkeypatch.setattr(manners, "Strikes", Endless)
    somebody = await chat()
    await somebody.hello()
    for each in said:
        binary = isinstance(each, bytes)
        await somebody.send_to(**{"bytes_data" if binary else "text_data": each})
    last, refused = await somebody.say("ありがとう"), []
    while (frame := await somebody.receive_json_from(15)).get("id") != last:
        refused += [frame["code"]] if frame["type"] == "error" else []
    assert frame["type"] == "message" or frame["code"] == "closed"
    assert set(refused) <= CODES
    await somebody.disconnect()
    async for row in ChatMessage.objects.filter(author="customer"):
        assert row.text.strip() and "\x00" not in row.text
