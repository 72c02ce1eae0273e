"""What the bot makes of a message: intent and doubt, what is named, which language."""

import csv
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import yaml

from bot.understanding import entities, language, meaning, romaji, store
from bot.understanding.intents import BACKGROUND, OUT_OF_SCOPE, Classifier, TooFewIntents
from bot.understanding.meaning import NotAPayload, payload, pressed, understand
from bot.understanding.shorthand import spelled_out
from bot.understanding.words import families

QUESTIONS = Path(__file__).parent / "data" / "intents_test.csv"


@pytest.fixture(scope="module")
def small() -> Classifier:
    """Two intents in two languages, and a background."""
    tea = ["green tea please", "some tea", "hot tea now", "tea with milk", "お茶ください", "お茶"]
    cup = ["a new cup", "cup and saucer", "my cup broke", "big cup", "湯のみください", "湯のみ"]
    other = ["the weather", "football news", "天気は", "野球"]
    pairs = [(text, "tea") for text in tea] + [(text, "cup") for text in cup]
    return Classifier.learned(pairs + [(text, BACKGROUND) for text in other])


# --- Intents ----------------------------------------------------------------------------------


@pytest.mark.parametrize("spoken", ["ja", "en"])
def test_the_shops_questions_are_understood(spoken, capsys):
    with QUESTIONS.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if language.script(row["text"]) == spoken]
    found = [(understand(row["text"]), row["intent"]) for row in rows]
    accuracy = np.mean([m.intent == intent for m, intent in found if intent])
    bounced = np.mean([not m.confident for m, intent in found if intent])
    refused = np.mean([not m.confident for m, intent in found if not intent])
    with capsys.disabled():
        print(f"\n{spoken}: accuracy {accuracy:.1%}, known bounced {bounced:.1%}, "
              f"out of scope refused {refused:.1%}")  # fmt: skip
    assert accuracy >= 0.85
    assert bounced <= 0.10
    assert refused >= 0.75


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("注文はどこですか", "order_status"),
        ("ﾁｭｳﾓﾝはどこ？", "order_status"),
        ("へんぴんしたいんですけど", "return_order"),
        ("Where is my order?", "order_status"),
        ("WHERE IS MY ORDER", "order_status"),
        ("H-10777", "order_status"),
        ("担当者と話したいです", "talk_to_person"),
        ("I want to talk to a human being", "talk_to_person"),
        ("はい", "affirm"),
        ("no", "deny"),
    ],
)
def test_plain_questions_are_understood_with_confidence(text, intent):
    found = understand(text)
    assert (found.intent, found.confident) == (intent, True)


@pytest.mark.parametrize("text", ["", "   ", "📦", "？？？", "\u0000", "zzzxqj vvwk", "ほにゃらら"])
def test_what_says_nothing_is_not_acted_upon(text):
    assert understand(text).confident is False


def test_the_ranking_names_every_intent_once_best_first():
    found = understand("送料はいくら")
    names, chances = zip(*found.ranking, strict=True)
    assert len(set(names)) == len(names) == 16
    assert list(chances) == sorted(chances, reverse=True)
    assert (found.intent, found.confidence) == found.ranking[0]
    assert min(chances) > 0
    assert sum(chances) <= 1 + 1e-9


def test_the_background_is_never_acted_upon(small):
    reading = small.read("football and the weather")
    assert reading.ranking[0][0] == BACKGROUND
    assert reading.confident is False


def test_a_larger_share_to_bounce_means_a_higher_threshold():
    pairs = [(f"{verb} the {thing}", verb) for verb in ("send", "hide")
             for thing in ("tea", "cup", "box", "lid", "pot", "bag", "tin", "jar")]  # fmt: skip
    strict, lenient = (Classifier.learned(pairs, share) for share in (0.5, 0.0))
    assert strict.models["en"].threshold > lenient.models["en"].threshold


def test_each_script_is_read_by_its_own_model(small):
    assert small.read("お茶").ranking[0][0] == small.read("tea").ranking[0][0] == "tea"


def test_a_script_with_one_intent_is_learned_with_the_other():
    mixed = Classifier.learned([("tea", "tea"), ("a cup", "cup"), ("お茶", "tea")])
    assert list(mixed.models) == ["en"]
    assert mixed.read("お茶").ranking[0][0] == "tea"


@pytest.mark.parametrize("pairs", [[], [("tea", "tea")], [("tea", "a"), ("お茶", "a")]])
def test_one_intent_alone_cannot_be_learned(pairs):
    with pytest.raises(TooFewIntents):
        Classifier.learned(pairs)


def test_one_example_an_intent_is_enough_to_learn():
    tiny = Classifier.learned([("green tea", "tea"), ("white cup", "cup"), ("a big tray", "tray")])
    assert tiny.read("tray").ranking[0][0] == "tray"


def test_what_is_kept_reads_as_what_was_learned(small, tmp_path):
    store.save(small, tmp_path / "model.npz", "key")
    again = store.load(tmp_path / "model.npz")
    for text in ("tea", "湯のみが欲しい", "weather", ""):
        assert again.read(text) == small.read(text)
    assert store.fingerprint_of(tmp_path / "model.npz") == "key"
    assert [path.name for path in tmp_path.iterdir()] == ["model.npz"]


def test_a_damaged_or_missing_file_has_no_fingerprint(tmp_path):
    (tmp_path / "broken.npz").write_bytes(b"PK\x03\x04 no model")
    assert store.fingerprint_of(tmp_path / "broken.npz") is None
    assert store.fingerprint_of(tmp_path / "none.npz") is None


def test_a_stale_model_is_trained_anew(small, tmp_path, monkeypatch):
    kept = tmp_path / "model.npz"
    store.save(small, kept, "of other examples")
    monkeypatch.setattr(store, "DEFAULT", kept)
    monkeypatch.setattr(meaning, "_kept", [])
    assert meaning.is_trained() is False
    assert len(meaning.classifier().models["ja"].intents) == 16
    assert store.fingerprint_of(kept) == store.key(meaning.MAY_BOUNCE)
    assert meaning.is_trained() is True


def test_the_key_changes_with_the_setting():
    assert store.key(0.05) != store.key(0.1)
    assert store.key(0.05) == store.key(0.05)


def test_several_threads_understand_alike():
    texts = ["注文はどこですか", "where is my order", "キャンセルしたい", "返品"] * 25
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(understand, texts))
    assert together == [understand(text) for text in texts]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("こんにちは。送料はいくらですか？", "shipping_fee"),
        ("Hi! Where's my order?", "order_status"),
        ("Hello, do you gift wrap?", "ask_faq"),
        ("hey I need a receipt", "ask_faq"),
        ("ありがとう、じゃあキャンセルして", "cancel_order"),
        ("Thanks! And how much is express shipping?", "shipping_fee"),
        ("注文が届きません。もういいから人と話させて", "talk_to_person"),
        ("I bought a teapot. Please get me a human.", "talk_to_person"),
        ("いつもお世話になっております。田中と申します。", "greet"),
        ("Hi, hope you are having a nice day", "greet"),
        ("great, that was helpful", "thanks"),
    ],
)
def test_a_pleasantry_does_not_hide_the_question(text, intent):
    assert understand(text).intent == intent


@pytest.mark.parametrize(
    "text",
    ["明日の天気は", "tell me a joke", "ばか", "you stupid bot", "求人はありますか", "asdfgh"],
)
def test_what_is_no_matter_of_ours_is_known_as_such_and_never_acted_upon(text):
    found = understand(text)
    assert (found.intent, found.confident) == (OUT_OF_SCOPE, False)


def test_what_a_shop_is_asked_looks_more_known_than_what_no_shop_is_asked():
    ours = min(understand(t).known for t in ("保存方法は", "can you gift wrap it", "のしは無料？"))
    assert ours > max(understand(t).known for t in ("明日の天気は", "tell me a joke", "株価"))


# --- What is named ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("H-10423", ["H-10423"]),
        ("Ｈ－１０４２３はどこ", ["H-10423"]),
        ("Hー10423をキャンセル", ["H-10423"]),
        ("注文番号１２３４５です", ["12345"]),
        ("注文番号は77です", ["77"]),
        ("order number: A7", ["A7"]),
        ("my order #77", ["77"]),
        ("where is 20231 and H-10424?", ["20231", "H-10424"]),
        ("H-10423, I said h-10423", ["H-10423"]),
        ("order 2 teapots", []),
        ("1,980円のお茶を3個", []),
        ("2026年11月21日 / 2026-11-21", []),
        ("電話は090-1234-5678、0312345678", []),
        ("〒604-8001", []),
        ("12000 yen, 100g", []),
        ("a.b+c1234@mail.example", []),
        ("https://shop.example/p/12345", []),
        ("なし", []),
    ],
)
def test_order_numbers_are_found_in_any_width_and_nothing_else(text, numbers):
    found = [one.value for one in entities.extract(text) if one.name == "order_number"]
    assert found == numbers


def test_an_entity_stands_where_it_was_typed():
    text = "ｱﾉ Ｈ－１０４２３ は"
    (found,) = entities.extract(text)
    assert text[found.start : found.end] == "Ｈ－１０４２３"


def test_addresses_are_found_and_folded():
    (found,) = entities.extract("メールはＡｌｉｃｅ＠Example.comです")
    assert (found.name, found.value) == ("email", "alice@example.com")


# --- Language ---------------------------------------------------------------------------------


@pytest.mark.parametrize("default", ["ja", "en"])
@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("注文はどこですか", "ja"),
        ("返品", "ja"),
        ("ｿｳﾘｮｳ", "ja"),
        ("PayPay使えますか", "ja"),
        ("where is my order", "en"),
        ("shipping?", "en"),
        ("I would like to send back the 急須 I bought last week", "en"),
        ("souryou wa ikura desu ka", "ja"),
    ],
)
def test_a_message_shows_its_language(text, spoken, default):
    assert language.detect(text, default) == spoken


@pytest.mark.parametrize("default", ["ja", "en"])
@pytest.mark.parametrize(
    "text", ["H-10423", "OK", "arigatou", "👍", "", "alice@example.com", "12345"]
)
def test_a_message_without_a_language_keeps_the_conversations(text, default):
    assert language.detect(text, default) == default


# --- Buttons ----------------------------------------------------------------------------------


def test_a_pressed_button_means_what_it_names():
    found = pressed(payload("cancel_order", order_number="H-10423"), "en")
    assert (found.intent, found.confident, found.pressed) == ("cancel_order", True, True)
    assert (found.value("order_number"), found.language) == ("H-10423", "en")
    assert found.value("email") is None


@pytest.mark.parametrize("text", ["", "order_status", "/", "/a{", '/a{"b":}', "/a b", '/a["b"]'])
def test_what_is_no_payload_is_refused(text):
    with pytest.raises(NotAPayload):
        pressed(text)


# --- Words ------------------------------------------------------------------------------------


def test_kana_meets_kanji_in_the_reading():
    shared = set(families("返品したい")["r"]) & set(families("へんぴんしたい")["r"])
    assert "へんぴ"[:3] in shared


def test_synonyms_meet_in_their_meaning():
    assert set(families("キャンセル")["s"]) & set(families("取消")["s"])
    assert set(families("parcel")["s"]) == set(families("shipments")["s"])


def test_width_does_not_change_what_is_counted():
    half = "ｶｰﾄﾞで払える？"
    assert families(half) == families(unicodedata.normalize("NFKC", half))


def test_hiragana_counts_as_katakana():
    assert families("きゃんせる")["c"] == families("キャンセル")["c"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("souryou wa ikura desu ka", "そうりょうはいくらですか"),
        ("H-10423 wa doko desuka?", "h-10423はどこですか?"),
        ("Arigatō gozaimasu", "ありがとうございます"),
        ("matcha wo kyanseru shitai", "まっちゃをきゃんせるしたい"),
        ("konna mono", None),
        ("iie", "いいえ"),
        ("where is my order", None),
        ("no", None),
        ("made in Japan", None),
        ("gyokuro", None),
        ("送料", None),
        ("", None),
    ],
)
def test_japanese_in_latin_letters_is_read(typed, meant):
    assert romaji.kana(typed) == meant


def test_japanese_in_latin_letters_is_understood():
    assert understand("souryou wa ikura desu ka").intent == "shipping_fee"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ty", "thank you"),
        ("r u a bot", "are you a bot"),
        ("y is it late", "why is it late"),
        ("y", "y"),
        ("what's the p&p", "what is the postage and packing"),
        ("i can't pay w/ visa pls", "i can not pay with visa please"),
    ],
)
def test_short_forms_are_written_out(typed, meant):
    assert spelled_out(typed) == meant


@pytest.mark.parametrize(
    ("one", "other", "group"),
    [
        ("送り先を変えたい", "おくりさきへんこう", "#address"),
        ("壊れていました", "こわれてた", "#broken"),
        ("プログラムですか", "ボットなの", "#bot"),
    ],
)
def test_japanese_words_of_a_topic_meet_in_kanji_and_kana(one, other, group):
    assert group in families(one)["s"] and group in families(other)["s"]


@pytest.mark.parametrize("text", ["shiping cost", "delivry time", "I want to cancle it", "refnud"])
def test_a_slip_of_the_finger_is_understood(text):
    right = {"shiping": "shipping", "delivry": "delivery", "cancle": "cancel", "refnud": "refund"}
    meant = " ".join(right.get(word, word) for word in text.split())
    assert understand(text).intent == understand(meant).intent


def test_no_word_stands_for_two_topics():
    path = Path("bot/understanding")
    for name in ("shop_words.yml", "shop_words.ja.yml"):
        groups = yaml.safe_load((path / name).read_text("utf-8"))
        words = [str(word) for group in groups.values() for word in group]
        assert sorted(words) == sorted(set(words)), name
