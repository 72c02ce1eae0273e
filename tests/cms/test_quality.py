"""The search on questions as customers type them (tests/cms/data), over the demo shop's FAQs.

Floors, a little below what was measured: a change that falls through one must say why.
"""

from pathlib import Path

import pytest

from cms import files
from cms.answers import measure
from cms.answers.index import Entry
from cms.importing import parts
from portal.management.demo import files as demo

QUERIES = Path(__file__).with_name("data")
FLOORS = {
    "ja": {"map": 0.80, "p1": 0.73, "hit5": 0.90, "no_answer_auroc": 0.86},
    "en": {"map": 0.78, "p1": 0.69, "hit5": 0.90, "no_answer_auroc": 0.88},
}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_answers_are_as_good_as_they_were(language):
    rows = files.rows(demo.FOLDER / f"faqs.{language}.csv", ("slug", "question", "answer"))
    faqs = [
        Entry(row["slug"], row["question"], row["answer"], tuple(parts(row["alternates"])))
        for _, row in rows
    ]
    asked = [
        measure.Query(row["query"], frozenset(parts(row["relevant"])))
        for _, row in files.rows(QUERIES / f"faq_queries.{language}.csv", ("query", "relevant"))
    ]
    figures = measure.evaluate(faqs, asked, language)
    assert {name: figures[name] for name in FLOORS[language]} == {
        name: pytest.approx(max(figures[name], floor)) for name, floor in FLOORS[language].items()
    }
