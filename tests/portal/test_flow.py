"""Flows: a table checked when it is written, moves that only one can win."""

import pytest
from django.db.models import F

from portal.customers.models import PendingCode
from portal.flow import Flow, WrongMove

# Any table with a text field serves: the flow knows nothing of whose state it moves.
LAMP = Flow("code", "off", {"off": ("on",), "on": ("off", "broken"), "broken": ()})


@pytest.fixture
def lamp(db):
    from django.utils import timezone

    return PendingCode.objects.create(visitor="v", code="off", expires_at=timezone.now())


def test_a_move_changes_the_row_and_what_is_set_with_it(lamp):
    LAMP.move(lamp, "on", set={"email": "a@example.com"})
    assert (lamp.code, lamp.email) == ("on", "a@example.com")
    lamp.refresh_from_db()
    assert (lamp.code, lamp.email) == ("on", "a@example.com")


def test_an_expression_is_read_back(lamp):
    LAMP.move(lamp, "on", set={"tries": F("tries") + 1})
    assert lamp.tries == 1


def test_a_move_the_table_does_not_have_is_refused(lamp):
    with pytest.raises(WrongMove):
        LAMP.move(lamp, "broken")
    lamp.refresh_from_db()
    assert lamp.code == "off"


def test_of_two_who_move_the_same_row_one_succeeds(lamp):
    other = PendingCode.objects.get(pk=lamp.pk)
    LAMP.move(lamp, "on")
    with pytest.raises(WrongMove):
        LAMP.move(other, "on")
    assert other.code == "off", "the loser's row stays as it was loaded"


def test_a_condition_narrows_the_move(lamp):
    with pytest.raises(WrongMove):
        LAMP.move(lamp, "on", where={"tries": 3})
    LAMP.move(lamp, "on", where={"tries": 0})
    assert lamp.code == "on"


def test_many_move_at_once_and_only_from_where_they_are_to_be(lamp):
    on, broken = (
        PendingCode.objects.create(visitor=code, code=code, expires_at=lamp.expires_at)
        for code in ("on", "broken")
    )
    assert LAMP.move_all(PendingCode.objects.all(), "on", "off", set={"tries": 2}) == 1
    states = dict(PendingCode.objects.values_list("visitor", "code"))
    assert states == {"v": "off", "on": "off", "broken": "broken"}
    assert PendingCode.objects.get(pk=on.pk).tries == 2
    assert PendingCode.objects.get(pk=broken.pk).tries == 0


def test_many_do_not_move_as_the_table_does_not_have_it(lamp):
    with pytest.raises(WrongMove):
        LAMP.move_all(PendingCode.objects.all(), "off", "broken")
    lamp.refresh_from_db()
    assert lamp.code == "off"


def test_the_table_answers_questions(lamp):
    assert LAMP.ends == ("broken",)
    assert LAMP.sources("off") == ("on",)
    assert LAMP.allows(lamp, "on")
    assert not LAMP.allows(lamp, "broken")


@pytest.mark.parametrize(
    ("start", "moves"),
    [
        ("off", {"off": ("on",)}),
        ("dark", {"off": ()}),
        ("off", {"off": (), "on": ()}),
        ("off", {"off": ("off",), "on": ("off",)}),
    ],
)
def test_an_unknown_or_unreachable_state_is_an_error_at_import(start, moves):
    with pytest.raises(ValueError, match="states"):
        Flow("state", start, moves)
