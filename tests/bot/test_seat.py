"""What each frame costs: every open socket pays it."""

import uuid

import pytest

from bot.consumers import KNOWN
from bot.engine.seat import Seat
from bot.frames import read
from portal.shop import services as shop

pytestmark = pytest.mark.django_db


def frame(kind: str, **fields):
    return read({"type": kind, "id": str(uuid.uuid4()), "language": "ja", **fields}, KNOWN)


@pytest.fixture
def seat() -> Seat:
    """A visitor who has said something."""
    seat = Seat(None)
    seat.hello(frame("hello"))
    seat.take(frame("say", text="ありがとう"))
    seat.fresh()
    return seat


def test_an_idle_beat_is_one_query(seat, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert seat.beat() == (None, [])


def test_what_is_said_takes_two_statements_in_its_transaction(seat, django_assert_num_queries):
    said = frame("say", text="こんにちは")
    # A savepoint, the seq, the message, the savepoint's end.
    with django_assert_num_queries(4):
        seat.take(said)
    with django_assert_num_queries(1):
        (echo,) = seat.fresh()
    assert echo["text"] == "こんにちは"


def test_resuming_is_two_queries_however_much_was_said(seat, django_assert_num_queries):
    """All members come back at once after a restart."""
    for _ in range(20):
        seat.take(frame("say", text="x"))
    back, hello = Seat(None), frame("hello", visitor=seat.visitor.token)
    shop.current()  # kept for a minute
    with django_assert_num_queries(2):
        welcome = back.hello(hello)[-1]
    assert len(welcome["messages"]) == 22
