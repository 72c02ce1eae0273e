"""The bot's Rasa files: enough examples, none twice, nothing named that is not there."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from bot.understanding import rasa_files
from bot.understanding.language import script
from bot.understanding.rasa_files import BadRasaFile
from bot.understanding.words import wording

QUESTIONS = Path(__file__).parent / "data" / "intents_test.csv"
LANGUAGES = ("ja", "en")
NEEDED = {
    "greet",
    "thanks",
    "order_status",
    "cancel_order",
    "return_order",
    "delivery_time",
    "shipping_fee",
    "talk_to_person",
    "affirm",
    "deny",
}


def questions() -> list[tuple[str, str]]:
    with QUESTIONS.open(encoding="utf-8") as file:
        return [(row["text"], row["intent"]) for row in csv.DictReader(file)]


def in_language(language: str) -> list[rasa_files.Example]:
    return [one for one in rasa_files.examples() if script(one.text) == language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_intent_has_twenty_examples_in_each_language(language):
    count = Counter(one.intent for one in in_language(language))
    assert set(rasa_files.domain().intents) >= NEEDED
    assert {i: count[i] for i in rasa_files.domain().intents if count[i] < 20} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_examples_differ_only_in_a_slot_or_in_writing(language):
    count = Counter(wording(one.text) for one in in_language(language))
    assert [words for words, times in count.items() if times > 1] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("H-10423はどこ？", "Ｈ－２０００９はどこ"),
        ("ｱﾘｶﾞﾄｳ", "アリガトウ！"),
        ("Where is ORDER 12345?", "where is order 99999"),
        ("mail a@b.example", "mail c.d@e.example"),
    ],
)
def test_wording_sees_through_slots_width_case_and_marks(one, other):
    assert wording(one) == wording(other)


def test_the_questions_that_judge_are_not_among_the_examples():
    learned = {wording(one.text) for one in rasa_files.examples()}
    assert [text for text, _ in questions() if wording(text) in learned] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_five_questions_and_more_judge_each_intent_and_a_quarter_is_out_of_scope(language):
    count = Counter(intent for text, intent in questions() if script(text) == language)
    intents = set(rasa_files.domain().intents) - {"ask_faq", "out_of_scope"}
    assert {intent for intent in intents if count[intent] < 5} == set()
    assert count[""] >= 0.2 * count.total()
    assert set(count) - {""} == intents


def test_examples_and_rules_name_only_what_the_domain_declares():
    domain = rasa_files.domain()
    assert {one.intent for one in rasa_files.examples()} == set(domain.intents)
    known = {*domain.actions, *domain.responses}
    for rule in rasa_files.rules():
        assert rule.intent in {None, "nlu_fallback", *domain.intents}
        assert set(rule.actions) <= known, rule
        assert {rule.starts, rule.inside} <= {None, *domain.forms}


def test_each_intent_leads_somewhere():
    led = {rule.intent for rule in rasa_files.rules() if rule.inside is None}
    assert set(rasa_files.domain().intents) <= led


def test_forms_fill_slots_that_exist_and_can_ask_for_each():
    domain = rasa_files.domain()
    for form, required in domain.forms.items():
        assert set(required) <= set(domain.slots)
        assert f"validate_{form}" in domain.actions
        for slot in required:
            names = {f"action_ask_{slot}", f"utter_ask_{slot}"}
            assert names & {*domain.actions, *domain.responses}


def test_each_response_exists_in_both_languages_and_is_short():
    limits = {"ja": lambda text: len(text) <= 120, "en": lambda text: len(text.split()) <= 60}
    for name, variants in rasa_files.domain().responses.items():
        assert {one.language for one in variants} == set(LANGUAGES), name
        for one in variants:
            assert one.text and limits[one.language](one.text), name


def test_each_offered_button_means_an_intent():
    domain = rasa_files.domain()
    for variants in domain.responses.values():
        for button in (button for one in variants for button in one.buttons):
            assert button["payload"].removeprefix("/") in domain.intents
    titled = {name.removeprefix("utter_button_") for name in domain.responses if "button" in name}
    assert titled - {"none", "proven"} <= set(domain.intents)


def test_the_greeting_says_that_it_is_a_bot_and_offers_a_person():
    said = {
        language: rasa_files.domain().response("utter_greet", language) for language in LANGUAGES
    }
    assert "自動応答" in said["ja"].text
    assert "bot" in said["en"].text
    for greeting in said.values():
        assert "/talk_to_person" in {button["payload"] for button in greeting.buttons}


def test_the_plainest_wording_is_the_first_example():
    assert rasa_files.plainest("shipping_fee", "ja") == "送料はいくらですか"
    assert rasa_files.plainest("shipping_fee", "en") == "how much does shipping cost"
    assert rasa_files.plainest("no_such_intent", "en") is None


def test_entity_marks_are_taken_out_of_examples(tmp_path):
    (tmp_path / "nlu.yml").write_text(
        "nlu:\n- intent: a\n  examples: |\n    - where is [H-1](order_number)?\n"
        '    - send [it]{"entity": "thing"} now\n- regex: x\n  examples: |\n    - \\d\n'
        "- intent: b\n  examples:\n  - text: |\n      hello\n"
    )
    found = [(one.text, one.intent) for one in rasa_files.examples(tmp_path)]
    assert found == [("where is H-1?", "a"), ("send it now", "a"), ("hello", "b")]


@pytest.mark.parametrize("content", ["nlu: [", "- a list", "nlu: []"])
def test_a_broken_training_file_is_named(tmp_path, content):
    (tmp_path / "nlu.yml").write_text(content)
    with pytest.raises(BadRasaFile, match=str(tmp_path)):
        rasa_files.examples(tmp_path)


def test_a_domain_without_its_parts_is_named(tmp_path):
    (tmp_path / "domain.yml").write_text("intents: [a]")
    with pytest.raises(BadRasaFile, match=r"domain\.yml"):
        rasa_files.domain(tmp_path / "domain.yml")
