"""Addresses, whole and masked."""

from orders import destination

JAPAN = {
    "postal_code": "154-0000",
    "address_region": "東京都",
    "address_locality": "世田谷区",
    "street_address": "ひばり台1-2-3",
    "address_country": "JP",
    "last_name": "佐藤",
    "first_name": "花子",
}
LONDON = {
    "first_name": "Emma",
    "last_name": "Clarke",
    "street_address": "12 Plane Tree Row",
    "address_locality": "London",
    "postal_code": "N1 0ZZ",
    "address_country": "GB",
}


def test_a_japanese_address_begins_with_the_postal_code():
    assert destination.lines(JAPAN) == ["〒154-0000", "東京都世田谷区ひばり台1-2-3", "佐藤 花子 様"]


def test_any_other_begins_with_the_name():
    assert destination.lines(LONDON) == ["Emma Clarke", "12 Plane Tree Row", "London N1 0ZZ", "GB"]


def test_masked_shows_neither_street_nor_name():
    for address in (JAPAN, LONDON):
        masked = " ".join(destination.masked(address))
        for name in ("street_address", "last_name", "first_name", "postal_code"):
            assert address[name] not in masked
    assert destination.masked(JAPAN) == ["〒154…", "東京都 世田谷区"]


def test_nothing_known_is_nothing_shown():
    assert destination.lines({}) == destination.masked({}) == []
