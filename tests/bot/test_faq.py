"""What the bot makes of FAQ pages: given when they answer, offered when they might."""

import json

import pytest

from bot.engine import actions
from bot.understanding.meaning import payload
from cms import services
from cms.answers import current, find_answers
from cms.setup import lay_out
from tests.bot.cast import a_conversation, presses, says

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def page():
    """The one FAQ page there is, in English."""
    lay_out()
    current.forget()
    yield services.publish_faq(
        language="en",
        slug="abroad",
        topic="Delivery",
        question="Do you ship abroad?",
        short_answer="Yes, by EMS.",
        alternates=("International shipping", "Can you send it to the United States?"),
    ).page
    current.forget()


def asked(text: str, intent: str, chance: float = 0.6) -> dict:
    """What the actions hear of a message and of the pages found for it."""
    ranking = [{"name": n, "confidence": chance} for n in (intent, "order_status", "shipping_fee")]
    found = [vars(answer) for answer in find_answers(text, "en")]
    return {
        "sender_id": "somebody",
        "slots": {"language": "en"},
        "latest_message": {
            "text": text,
            "intent": ranking[0],
            "intent_ranking": ranking,
            "entities": [],
            "metadata": {"answers": found},
        },
        "events": [],
        "paused": False,
        "active_loop": {},
        "latest_action_name": None,
    }


def test_a_page_that_might_answer_is_offered_before_the_intents(page):
    heard = asked("Can you send it abroad?", "ask_faq")
    _, (message,) = actions.run("action_default_fallback", heard)
    first, *others = message["buttons"]
    assert first["title"] == "Do you ship abroad?"
    assert json.loads(first["payload"].removeprefix("/ask_faq")) == {"faq_page": str(page.pk)}
    assert [one["payload"] for one in others] == ["/order_status", "/shipping_fee", "/deny"]


def test_an_intent_that_was_all_but_understood_comes_before_the_pages():
    heard = asked("Can you send it abroad?", "return_order")
    _, (message,) = actions.run("action_default_fallback", heard)
    assert [one["title"] for one in message["buttons"]][:2] == [
        "Return or exchange",
        "Do you ship abroad?",
    ]


@pytest.mark.parametrize(("chance", "pages"), [(0.6, 1), (0.99, 0)])
def test_what_is_surely_no_matter_of_ours_is_offered_no_page(chance, pages):
    heard = asked("Can you send it abroad?", "out_of_scope", chance)
    _, (message,) = actions.run("action_out_of_scope", heard)
    assert message["response"] == "utter_out_of_scope"
    assert len(message["buttons"]) == pages


def test_a_page_that_was_offered_and_chosen_is_the_answer(page):
    chat = a_conversation(language="en")
    said = says(chat, "parcels for a foreign aunt, possible or not?")
    chosen = payload("ask_faq", faq_page=str(page.pk))
    said.parts = [{"type": "buttons", "buttons": [{"title": page.title, "payload": chosen}]}]
    said.save(update_fields=["parts"])
    answer = presses(chat, chosen)
    assert (answer.text, answer.source) == ("Yes, by EMS.", f"faq:{page.pk}")


@pytest.mark.parametrize("named", ["0", "999999", "no number", "²"])
def test_a_page_that_is_not_there_answers_nothing(named):
    heard = asked("", "ask_faq")
    heard["latest_message"]["entities"] = [{"entity": "faq_page", "value": named}]
    _, (message,) = actions.run("action_answer_faq", heard)
    assert message["response"] == "utter_no_answer"


def test_a_question_in_japanese_typed_in_latin_letters_finds_japanese_pages():
    services.publish_faq(
        language="ja",
        slug="fee",
        topic="配送",
        question="送料はいくらですか",
        short_answer="600円です。",
    )
    answer = says(a_conversation(language="en"), "souryou wa ikura desu ka")
    assert answer.text == "600円です。"


def test_about_returns_the_page_for_the_customers_own_words_is_given():
    for slug, question in (
        ("how", "How do I return an item?"),
        ("refund", "When do I get my refund?"),
    ):
        services.publish_faq(
            language="en",
            slug=slug,
            topic="Returns",
            question=question,
            short_answer=f"It is {slug}.",
        )
    chat = a_conversation(language="en")
    assert says(chat, "When do I get my refund?").text == "It is refund."
    assert says(chat, "I want to return a broken cup").text == "It is how."


@pytest.mark.parametrize(
    ("question", "asked", "language"),
    [
        ("アルバイトは募集していますか？", "アルバイト募集してますか", "ja"),
        ("工場見学はできますか？", "工場の見学したい", "ja"),
        ("Which hotels are near the shop?", "hotel near you?", "en"),
    ],
)
def test_a_page_on_what_was_no_matter_of_ours_makes_it_one(question, asked, language):
    services.publish_faq(
        language=language, slug="new", topic="New", question=question, short_answer="So it is."
    )
    assert says(a_conversation(language=language), asked).text == "So it is."


def test_words_shared_with_a_page_are_no_answer_to_a_foreign_matter():
    services.publish_faq(
        language="ja",
        slug="soon",
        topic="配送",
        question="明日届きますか",
        short_answer="お急ぎ便で。",
    )
    assert "お役に立てません" in says(a_conversation(language="ja"), "明日の天気は").text
