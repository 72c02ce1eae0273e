"""One turn gives one message, whatever is uttered in it."""

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from bot.engine import responses, turn
from bot.kinds import KINDS
from bot.understanding import rasa_files

pytestmark = pytest.mark.django_db
BUTTON = {"title": "A", "payload": "/a"}


def test_texts_are_joined_and_buttons_come_last_and_once():
    said = responses.joined(
        [
            {"text": "One", "buttons": [BUTTON]},
            {"text": "Two", "custom": {"type": "link", "title": "t", "url": "/"}},
            {"text": "", "buttons": [BUTTON, {"title": "B", "payload": "/b"}]},
        ],
        "en",
    )
    assert said.text == "One\nTwo"
    assert [part["type"] for part in said.parts] == ["link", "buttons"]
    assert [button["payload"] for button in said.parts[1]["buttons"]] == ["/a", "/b"]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_text_is_never_empty(language):
    assert responses.joined([{"custom": {"type": "prove_email"}}], language).text
    assert responses.joined([], language).text


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", sorted(rasa_files.domain().responses))
def test_every_response_can_be_said_in_both_languages(name, language):
    said = responses.render(name, {"language": language})
    assert said["text"] and "{" not in said["text"]
    japanese = any("ぁ" <= letter <= "ヿ" or "一" <= letter <= "鿿" for letter in said["text"])
    assert japanese is (language == "ja")


def test_the_greeting_says_that_it_is_a_bot_and_offers_a_person():
    for language, words in (("ja", "自動応答"), ("en", "bot")):
        greeting = turn.greeting(language)
        assert words in greeting.text
        payloads = [button["payload"] for button in greeting.parts[-1]["buttons"]]
        assert "/talk_to_person" in payloads


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_touchpoint_of_the_chat_has_a_sentence(kind, language):
    touchpoint = {"data": {"outcome": "solved", "score": 4}}
    with translation.override(language):
        sentence = render_to_string(f"timeline/{kind}.html", {"touchpoint": touchpoint})
    assert sentence.strip() and ("お" in sentence or "チャット" in sentence) is (language == "ja")
