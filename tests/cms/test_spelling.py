"""Slips of the finger."""

import pytest

from cms.answers import spelling
from cms.answers.index import Entry, Index

KNOWN = ["delivery", "refund", "receipt", "parcel", "tea"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("delivry", "delivery"),
        ("deliivery", "delivery"),
        ("delivary", "delivery"),
        ("reciept", "receipt"),
        ("parcels", "parcel"),
        ("parce", "parcel"),
    ],
)
def test_one_letter_wrong_is_understood(typed, meant):
    assert spelling.nearest(typed, KNOWN) == {meant}


@pytest.mark.parametrize(
    "typed", ["tee", "elivery", "dlvry", "refounds", "返品返品返品", "12345", ""]
)
def test_more_than_that_is_not_guessed(typed):
    assert spelling.nearest(typed, KNOWN) == set()


def test_a_misspelt_question_is_answered():
    index = Index([Entry("d", "Delivery times", "x"), Entry("r", "Refunds", "x")], "en")
    assert index.rank("delivry", 5)[0].key == "d"


def test_a_known_word_is_taken_as_it_is():
    index = Index([Entry("a", "A brown clock", "x"), Entry("b", "A brown block", "x")], "en")
    assert [hit.key for hit in index.rank("brown clock", 1)] == ["a"]
