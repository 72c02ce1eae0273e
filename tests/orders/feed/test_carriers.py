"""Carriers by the names and links shops send."""

import pytest
from django.utils import translation

from orders.feed import carriers


@pytest.mark.parametrize(
    ("name", "link", "found"),
    [
        ("Yamato", "", carriers.YAMATO),
        ("クロネコヤマト", "", carriers.YAMATO),
        ("SAGAWA EXPRESS", "", carriers.SAGAWA),
        ("日本郵便（ゆうパック）", "", carriers.JAPAN_POST),
        ("", "https://trackings.post.japanpost.jp/x", carriers.JAPAN_POST),
        ("", "", None),
    ],
)
def test_it_is_known_by_name_or_link(name, link, found):
    assert carriers.find(name, link) is found


def test_a_carrier_nobody_knows_keeps_its_name_and_has_no_page():
    found = carriers.find("Moon Express")
    assert (found.name, found.url("123")) == ("Moon Express", "")


def test_names_and_pages_follow_the_language():
    with translation.override("ja"):
        assert carriers.JAPAN_POST.name == "日本郵便"
        assert carriers.JAPAN_POST.url("1").endswith("locale=ja")
    with translation.override("en"):
        assert carriers.JAPAN_POST.name == "Japan Post"
        assert carriers.JAPAN_POST.url("1").endswith("locale=en")


def test_a_tracking_number_cannot_change_the_address():
    assert "id=1%26x%3D2%2F..%2F" in carriers.YAMATO.url("1&x=2/../")
