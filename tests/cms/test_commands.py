"""`import_faq` and `eval_answers` keep their contracts."""

import json
import logging
import re

import pytest
from django.core.management import call_command
from wagtail.models import Revision

from cms.answers import find_answers
from cms.answers.index import Entry
from cms.answers.measure import Query, evaluate
from cms.importing import shorten
from cms.models import FAQPage

HEADER = "language,topic,question,answer,alternates\n"
GOOD = (
    "ja,配送,送料はいくらですか,600円です。,送料無料|配送料\nen,Delivery,Shipping fee?,600 yen.,\n"
)


@pytest.fixture
def run(tmp_path, capsys):
    """Run a command on a file with these contents: (summary, stderr)."""

    def import_faq(contents):
        file = tmp_path / "faq.csv"
        file.write_bytes(contents if isinstance(contents, bytes) else contents.encode())
        call_command("import_faq", str(file))
        out, err = capsys.readouterr()
        return json.loads(out.splitlines()[-1]), err

    return import_faq


def counts(summary):
    return [summary[name] for name in ("faqs", "created", "updated", "unchanged", "rejected")]


@pytest.mark.django_db
class TestImport:
    """Questions from a file."""

    def test_questions_are_published_and_found(self, pages, run):
        summary, _ = run(HEADER + GOOD)
        assert counts(summary) == [2, 2, 0, 0, 0] and summary["seconds"] >= 0
        assert find_answers("配送料", "ja")[0].short_answer == "600円です。"
        assert find_answers("shipping", "en")[0].title == "Shipping fee?"

    def test_running_it_again_changes_nothing(self, pages, run):
        run(HEADER + GOOD)
        revisions = Revision.objects.count()
        summary, _ = run(HEADER + GOOD)
        assert counts(summary) == [2, 0, 0, 2, 0]
        assert Revision.objects.count() == revisions

    def test_a_changed_answer_updates_its_question(self, pages, run):
        run(HEADER + GOOD)
        summary, _ = run(HEADER + GOOD.replace("600円", "700円"))
        assert counts(summary) == [2, 0, 1, 1, 0]
        assert find_answers("送料はいくらですか", "ja")[0].short_answer == "700円です。"

    def test_what_the_file_does_not_say_is_kept(self, pages, run):
        run(HEADER + GOOD)
        page = FAQPage.objects.get(title="送料はいくらですか")
        page.body, page.featured = "<p>編集者の文章</p>", True
        page.save_revision().publish()
        run(HEADER + GOOD.replace("600円", "700円"))
        page.refresh_from_db()
        assert page.body == "<p>編集者の文章</p>" and page.featured

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
    def test_files_as_excel_writes_them_are_read(self, pages, run, encoding):
        summary, _ = run((HEADER + GOOD).replace("\n", "\r\n").encode(encoding))
        assert counts(summary) == [2, 2, 0, 0, 0]
        assert FAQPage.objects.filter(title="送料はいくらですか").exists()

    def test_a_bad_row_is_told_with_its_line_and_the_others_go_in(self, pages, run):
        bad = (
            'ja,配送,"二行の\n質問",答え,\n'
            "xx,t,canary-q1,a,\n"
            "ja,,canary-q2,a,\n"
            "ja,t,,canary,\n"
            "ja,t,canary-q3,,\n"
            f"ja,t,{'長' * 256},a,\n"
            f"ja,{'長' * 61},canary-q4,a,\n"
        )
        summary, err = run(HEADER + bad + GOOD)
        assert counts(summary) == [9, 3, 0, 0, 6]
        told = [line for line in re.split(r"[\r\n]", err) if line.startswith("line ")]
        assert [line.split(":")[0] for line in told] == [f"line {n}" for n in range(4, 10)]
        assert FAQPage.objects.count() == 3

    @pytest.mark.parametrize(
        ("language", "said"), [("ja", "このサイトにない言語です"), ("en", "not one of this site")]
    )
    def test_the_reason_is_told_in_the_language_of_who_asks(
        self, pages, run, settings, language, said, caplog
    ):
        settings.LANGUAGE_CODE = language
        from django.utils import translation

        with translation.override(language), caplog.at_level(logging.DEBUG):
            _, err = run(HEADER + "xx,t,canary-question,a,\n")
        assert said in err and not FAQPage.objects.exists()
        assert "canary" not in caplog.text and "canary" not in err

    @pytest.mark.parametrize(
        "contents",
        [
            b"",
            b"question,answer\nq,a\n",
            b"\xff\xfe\x00\x81\x00\xa0",
            b"\x00\x01\x02",
            b"a" * 200_000,
        ],
    )
    def test_a_file_that_cannot_be_read_is_exit_2(self, pages, run, contents, capsys):
        with pytest.raises(SystemExit) as exit_:
            run(contents)
        assert exit_.value.code == 2 and not FAQPage.objects.exists()
        assert capsys.readouterr().err

    def test_a_file_that_is_not_there_is_exit_2(self, pages, tmp_path):
        with pytest.raises(SystemExit) as exit_:
            call_command("import_faq", str(tmp_path / "none.csv"))
        assert exit_.value.code == 2

    def test_two_questions_with_one_slug_both_stand(self, pages, run):
        summary, _ = run(HEADER + "en,t,Why?,a,\nen,t,Why!,b,\nen,t,？？,c,\nen,t,！！,d,\n")
        assert summary["created"] == 4
        assert FAQPage.objects.values("slug").distinct().count() == 4

    def test_markup_in_a_file_is_text(self, pages, run, client):
        run(HEADER + f"en,t,<b>q</b>,{'<script>x</script> ' * 60},\n")
        page = FAQPage.objects.get()
        assert "<script>" not in client.get(page.url).content.decode().split("<main")[1]


def test_an_answer_too_long_for_the_bot_is_cut_at_a_sentence():
    long = "最初の文です。" + "次の文はとても長い。" * 100
    short, body = shorten(long, "ja")
    assert short.startswith("最初の文です。") and short.endswith("。") and len(short) <= 120
    assert body == long
    assert shorten("短い。", "ja") == ("短い。", "")
    assert len(shorten("字" * 5000, "ja")[0]) <= 600


FAQS = [Entry("a", "送料はいくら", "600円"), Entry("b", "返品したい", "8日以内")]


def test_figures_of_a_perfect_search():
    figures = evaluate(
        FAQS,
        [Query("送料", frozenset("a")), Query("返品", frozenset("b")), Query("天気", frozenset())],
        "ja",
    )
    assert [figures[k] for k in ("n", "map", "mrr", "p1", "hit5", "ndcg10")] == [3, 1, 1, 1, 1, 1]
    assert figures["no_answer_auroc"] == 1
    assert figures["p50_ms"] > 0 and figures["rss_mb"] > 0


def test_figures_count_what_is_found_late_or_never():
    entries = [*FAQS, Entry("c", "送料と返品", "x")]
    figures = evaluate(entries, [Query("送料はいくら", frozenset(["c", "z"]))], "ja")
    assert figures["map"] == 0.25 and figures["mrr"] == 0.5 and figures["p1"] == 0
    assert figures["hit5"] == 1 and 0 < figures["ndcg10"] < 1


def test_a_figure_that_cannot_be_had_is_null():
    nothing = evaluate([], [], "ja")
    assert nothing["n"] == 0
    assert all(nothing[k] is None for k in ("map", "mrr", "p1", "hit5", "ndcg10", "p50_ms"))
    assert nothing["no_answer_auroc"] is None
    assert evaluate(FAQS, [Query("天気", frozenset())], "ja")["map"] is None


def test_eval_answers_prints_one_line_and_touches_no_stored_data(tmp_path, capsys):
    # No database mark: a query would fail this test.
    faqs, queries = tmp_path / "faqs.csv", tmp_path / "queries.csv"
    faqs.write_text(
        "id,question,answer,alternates\n1,Shipping fee?,600 yen,postage|delivery cost\n"
    )
    queries.write_text("query,relevant\npostage,1\nweather,\n")
    call_command("eval_answers", "--faqs", str(faqs), "--queries", str(queries), "--language", "en")
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert list(last) == [
        *("n", "map", "mrr", "p1", "hit5", "ndcg10", "no_answer_auroc", "p50_ms", "rss_mb"),
    ]
    assert last["map"] == 1 and last["no_answer_auroc"] == 1


def test_eval_answers_without_a_file_is_exit_2(tmp_path):
    gone = str(tmp_path / "gone.csv")
    with pytest.raises(SystemExit) as exit_:
        call_command("eval_answers", "--faqs", gone, "--queries", gone, "--language", "ja")
    assert exit_.value.code == 2
