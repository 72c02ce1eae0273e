"""Slips of the finger."""

import pytest

from portal import spelling

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
