"""The script that brings the chat, its words, and the pages it lives in."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from bot import pages, words
from portal.desk.words import DESK

SITE = "https://www.hinata.example"
SCRIPTS = Path(pages.__file__).parent / "static" / "bot"


@pytest.fixture
def listed(settings):
    settings.WIDGET_ORIGINS = [SITE]


def settings_of(response) -> dict:
    """What the view filled into the loader."""
    return json.loads(re.search(r"\}\)\((\{.*\})\);\s*$", response.content.decode(), re.S)[1])


def test_the_script_is_javascript_any_site_may_load_and_keep_for_minutes(client, db):
    response = client.get("/widget.js")
    assert response["Content-Type"] == "text/javascript; charset=utf-8"
    assert response["Cache-Control"] == "public, max-age=300"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert not response.cookies
    assert "Cookie" not in response["Vary"]


def test_an_unchanged_script_is_not_sent_again(client, db):
    etag = client.get("/widget.js")["ETag"]
    again = client.get("/widget.js", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")


def test_a_changed_list_of_sites_is_a_new_script(client, db, settings):
    before = client.get("/widget.js")["ETag"]
    settings.WIDGET_ORIGINS = [SITE]
    assert client.get("/widget.js")["ETag"] != before


def test_the_script_knows_the_listed_sites_and_the_words_of_its_button(client, db, listed):
    filled = settings_of(client.get("/widget.js"))
    assert filled["sites"] == [SITE]
    assert filled["words"]["ja"]["open"] == "お問い合わせ"
    assert filled["words"]["en"]["open"] == "Ask us"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_chat_gets_every_word_in_the_language_of_its_path(client, db, language):
    facts = client.get(f"/{language}/chat/widget.json").json()
    assert facts["language"] == language
    assert facts["words"].keys() == words.WORDS.keys()
    assert all(facts["words"].values())


def test_no_word_of_the_chat_is_left_in_english():
    with translation.override("ja"):
        japanese = {key: str(text) for key, text in words.WORDS.items()}
    with translation.override("en"):
        english = {key: str(text) for key, text in words.WORDS.items()}
    assert not [key for key in japanese if japanese[key] == english[key]]


def test_words_have_the_same_gaps_in_both_languages():
    def gaps(language: str) -> dict:
        with translation.override(language):
            found = {key: re.findall(r"\{(\w+)\}", str(text)) for key, text in words.WORDS.items()}
        return {key: sorted(names) for key, names in found.items()}

    assert gaps("ja") == gaps("en")


def test_every_word_the_scripts_say_is_there():
    source = "".join(file.read_text() for file in SCRIPTS.glob("*.js"))
    said = set(re.findall(r"""say\("(\w+)\"""", source))
    assert len(said) > 30
    # What only agents read stands in the words of the desk.
    assert said <= words.WORDS.keys() | DESK.keys()


def test_facts_say_when_people_answer(client, db):
    facts = client.get("/ja/chat/widget.json").json()
    assert facts["hours"]
    assert facts["open"] is True


def test_out_of_hours_the_facts_say_when_somebody_is_back(client, db, freezer_at_night):
    facts = client.get("/en/chat/widget.json").json()
    assert facts["open"] is False
    assert facts["opens"] == "Tue 24 Nov, 10:00"


@pytest.fixture
def freezer_at_night(db):
    """Saturday evening in Tokyo, before a Monday that is a public holiday."""
    from datetime import time

    from freezegun import freeze_time

    from portal.shop.models import OpeningHours

    for weekday in range(1, 6):
        OpeningHours.objects.create(weekday=weekday, opens=time(10), closes=time(17))
    with freeze_time("2026-11-21T10:00:00Z"):
        yield


@pytest.mark.parametrize("language", ["ja", "en"])
def test_without_javascript_the_page_says_how_else_to_reach_us(client, db, language):
    html = client.get(f"/{language}/chat/").content.decode()
    noscript = re.search(r"<noscript>(.*?)</noscript>", html, re.S)[1]
    assert f"/{language}/cases/new/" in noscript
    assert f"/{language}/orders/find/" in noscript


def test_the_chat_page_sets_no_cookie(client, db):
    assert not client.get("/ja/chat/").cookies


def test_the_frame_may_be_shown_by_listed_sites_only(client, db, listed):
    response = client.get("/ja/chat/frame/", {"host": SITE})
    policy = response["Content-Security-Policy"]
    assert f"frame-ancestors 'self' {SITE}" in policy
    assert "X-Frame-Options" not in response
    assert f'data-host="{SITE}"' in response.content.decode()


def test_the_frame_speaks_to_no_site_that_is_not_listed(client, db, listed):
    for stranger in ("https://evil.example", SITE + ".evil.example", SITE + ":444", "*"):
        html = client.get("/ja/chat/frame/", {"host": stranger}).content.decode()
        assert 'data-host=""' in html
        assert stranger == "*" or stranger not in html


def test_other_pages_may_not_be_framed_by_a_listed_site(client, db, listed):
    response = client.get("/ja/chat/")
    assert SITE not in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_the_scripts_put_no_html_together():
    desk = settings.BASE_DIR / "portal" / "desk" / "static" / "desk"
    for file in [*SCRIPTS.glob("*.js"), *desk.glob("*.js")]:
        forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function"
        assert not re.search(forbidden, file.read_text().replace('swap: "innerHTML"', "")), file
