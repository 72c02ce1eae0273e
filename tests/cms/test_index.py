"""The index of one language, without a database."""

import threading

import pytest

from cms.answers.index import Entry, Index

SHOP = [
    Entry("fee", "送料はいくらですか？", "全国一律600円です。", ("送料無料の条件",)),
    Entry("return", "返品できる条件", "未開封なら8日以内。", ("ご注文商品の返品方法",)),
    Entry("cancel", "注文をキャンセルしたい", "発送前なら、返品ではなくキャンセルできます。"),
    Entry("broken", "割れていた", "交換します。送料は当店が負担します。"),
]


def found(question, entries=SHOP, **options):
    return [hit.key for hit in Index(entries, "ja", **options).rank(question, 10)]


def test_a_keyword_in_the_question_comes_before_one_in_the_answer():
    assert found("返品")[:2] == ["return", "cancel"]
    assert found("送料")[:2] == ["fee", "broken"]


def test_an_alternate_question_is_worth_as_much_as_the_question():
    assert found("無料の条件")[0] == "fee"


def test_the_very_keyword_comes_before_its_parts():
    entries = [
        Entry("parts", "書面の領収、書面の領収", "領収と書類"),
        Entry("whole", "インボイスの領収書をください", "発行します。ほかにも色々とあります。"),
    ]
    assert found("領収書", entries)[0] == "whole"


def test_words_of_one_sudachi_group_find_each_other():
    entries = [Entry("wrap", "ラッピングはできますか", "はい。"), *SHOP]
    assert found("包装", entries)[0] == "wrap"


def test_an_editors_synonym_finds_what_it_stands_for():
    assert found("ポイ") == []
    assert found("ポイ", synonyms=[["返品", "ポイ"]])[0] == "return"


def test_a_synonym_of_several_words_counts_only_as_a_whole():
    lines = [["ぽい ちゃん", "返品"]]
    assert "return" in found("ぽい ちゃん", synonyms=lines)
    assert found("ちゃん", synonyms=lines) == []


def test_what_every_shops_customers_say_is_known():
    assert found("返したい")[0] == "return"
    english = Index([Entry("card", "Paying by credit card", "x"), Entry("x", "Tea", "y")], "en")
    assert english.rank("visa", 5)[0].key == "card"


def test_the_word_itself_is_worth_more_than_its_synonym():
    entries = [Entry("a", "緑茶の淹れ方", "x"), Entry("b", "煎茶の淹れ方", "x")]
    assert found("煎茶", entries, synonyms=[["緑茶", "煎茶"]]) == ["b", "a"]


def test_an_index_without_entries_finds_nothing():
    assert Index([], "ja").rank("返品", 5) == []


def test_one_entry_alone_can_be_found():
    assert found("返品", [SHOP[1]]) == ["return"]


def test_entries_alike_are_all_found_in_their_order():
    twins = [Entry(n, "返品", "返品") for n in range(5)]
    assert found("返品", twins) == [0, 1, 2, 3, 4]


def test_confidence_is_a_share_and_falls_along_the_hits():
    hits = Index(SHOP, "ja").rank("送料はいくらですか", 10)
    sure = [hit.confidence for hit in hits]
    assert all(0 <= one <= 1 for one in sure) and sure == sorted(sure, reverse=True)


def test_a_question_asked_word_for_word_is_nearly_certain():
    assert Index(SHOP, "ja").rank("送料はいくらですか？", 1)[0].confidence > 0.8


def test_a_question_on_something_else_is_not_certain():
    for question in ("駐車場はありますか", "条件反射とは何", "円高の影響"):
        hits = Index(SHOP, "ja").rank(question, 1)
        assert not hits or hits[0].confidence < 0.5, question


def test_an_index_built_from_the_one_before_is_as_one_built_anew():
    before = Index(SHOP[:2], "ja")
    after, anew = Index(SHOP[1:], "ja", before=before), Index(SHOP[1:], "ja")
    for question in ("返品", "送料", "キャンセルしたい", "割れた"):
        assert after.rank(question, 5) == anew.rank(question, 5)
    assert [hit.key for hit in before.rank("送料", 5)] == ["fee"], "the old one still serves"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_many_threads_may_ask_at_once(language):
    index = Index(SHOP, language)
    alone = index.rank("送料 shipping", 5)
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(index.rank("送料 shipping", 5)))
        for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [alone] * 16


def test_an_index_serves_while_the_next_one_is_learning():
    index = Index(SHOP, "en")
    faults = []

    def ask():
        try:
            for number in range(300):
                index.rank(f"delivry reciept refnd {number}", 3)
        except RuntimeError as error:
            faults.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    learnt = index
    for number in range(30):
        entry = Entry(number, f"delivery{number} receipt{number} refund{number}", "x")
        learnt = Index([*SHOP, entry], "en", before=learnt)
    asking.join()
    assert not faults
