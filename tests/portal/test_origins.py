"""Origins are compared whole."""

import pytest

from portal import origins


@pytest.fixture(autouse=True)
def sites(settings):
    settings.BASE_URL = "https://help.shop.example"
    settings.WIDGET_ORIGINS = ["https://www.shop.example"]
    settings.CHAT_ORIGINS = [settings.BASE_URL, *settings.WIDGET_ORIGINS]


@pytest.mark.parametrize(
    ("origin", "allowed", "own"),
    [
        ("https://help.shop.example", True, True),
        ("https://www.shop.example", True, False),
        ("", False, False),
        ("null", False, False),
        ("*", False, False),
        ("https://help.shop.example.evil.example", False, False),
        ("https://evilhelp.shop.example", False, False),
        ("https://help.shop.example:443", False, False),
        ("https://help.shop.example:x", False, False),
        ("http://help.shop.example", False, False),
        ("https://HELP.shop.example", False, False),
        ("https://help.shop.example https://evil.example", False, False),
    ],
)
def test_only_whole_origins_are_ours(origin, allowed, own):
    assert origins.allowed(origin) is allowed
    assert origins.own(origin) is own


def test_the_portal_stays_its_own_when_it_also_embeds_the_chat(settings):
    settings.WIDGET_ORIGINS = [settings.BASE_URL]
    assert origins.own(settings.BASE_URL)
