"""Misspelt questions find their page."""

from cms.answers.index import Entry, Index


def test_a_misspelt_question_is_answered():
    index = Index([Entry("d", "Delivery times", "x"), Entry("r", "Refunds", "x")], "en")
    assert index.rank("delivry", 5)[0].key == "d"


def test_a_known_word_is_taken_as_it_is():
    index = Index([Entry("a", "A brown clock", "x"), Entry("b", "A brown block", "x")], "en")
    assert [hit.key for hit in index.rank("brown clock", 1)] == ["a"]
