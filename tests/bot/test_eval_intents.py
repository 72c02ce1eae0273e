"""`manage.py eval_intents` and `train_bot`: the figures, and files that cannot be used."""

import json
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from bot.understanding import meaning, store
from bot.understanding.measuring import auroc

KEYS = ["n", "accuracy", "oos_auroc", "oos_recall", "train_seconds", "p50_ms", "p99_ms", "rss_mb"]
TRAIN = "text,intent\n" + "".join(
    f"{verb} the {thing},{verb}\n"
    for verb in ("send", "hide", "break")
    for thing in ("tea", "cup", "box", "lid", "pot", "bag")
)


def file(folder: Path, name: str, content: str | bytes) -> str:
    raw = content if isinstance(content, bytes) else content.encode()
    (folder / name).write_bytes(raw)
    return str(folder / name)


def figures(train: str, test: str, **options: float) -> dict[str, float | None]:
    out = StringIO()
    files = ("--train", train, "--test", test)
    call_command("eval_intents", *files, stdout=out, stderr=StringIO(), **options)
    return json.loads(out.getvalue().splitlines()[-1])


def refusal(train: str, test: str, **options: float) -> CommandError:
    with pytest.raises(CommandError) as caught:
        figures(train, test, **options)
    assert caught.value.returncode == 2
    return caught.value


def test_figures_have_the_contracted_names(tmp_path):
    test = "text,intent\nsend it,send\nhide a jar,hide\nbreak this,send\nwhat weather,\n"
    found = figures(file(tmp_path, "a.csv", TRAIN), file(tmp_path, "b.csv", test))
    assert list(found) == KEYS
    assert (found["n"], found["accuracy"]) == (4, 0.6667)
    assert (found["oos_auroc"], found["oos_recall"]) == (1.0, 1.0)
    assert found["p50_ms"] <= found["p99_ms"]


def test_what_is_undefined_is_null(tmp_path):
    train = file(tmp_path, "a.csv", TRAIN)
    known = figures(train, file(tmp_path, "b.csv", "text,intent\nsend it,send\n"))
    assert (known["oos_auroc"], known["oos_recall"], known["accuracy"]) == (None, None, 1.0)
    foreign = figures(train, file(tmp_path, "c.csv", "text,intent\nweather,\n"))
    assert (foreign["accuracy"], foreign["oos_auroc"]) == (None, None)
    empty = figures(train, file(tmp_path, "d.csv", "text,intent\n"))
    assert (empty["n"], empty["accuracy"], empty["p50_ms"]) == (0, None, None)


def test_an_empty_intent_is_ignored_in_training(tmp_path):
    test = file(tmp_path, "b.csv", "text,intent\nsend it,send\nweather,\n")
    plain = figures(file(tmp_path, "a.csv", TRAIN), test)
    noisy = figures(file(tmp_path, "n.csv", TRAIN + "the weather,\nrain,\n"), test)
    same = ("n", "accuracy", "oos_auroc", "oos_recall")
    assert [plain[key] for key in same] == [noisy[key] for key in same]


def test_a_byte_order_mark_and_further_columns_are_taken(tmp_path):
    train = "\ufefflang," + TRAIN.replace("\n", "\nen,").removesuffix("en,")
    test = file(tmp_path, "b.csv", "intent,text\r\nsend,send it\r\n")
    assert figures(file(tmp_path, "a.csv", train), test)["accuracy"] == 1.0


def test_rejecting_more_refuses_more():
    questions = str(Path(__file__).parent / "data" / "intents_test.csv")
    recalls = [figures("bot/data", questions, reject=share)["oos_recall"] for share in (0.0, 0.3)]
    assert recalls[0] < recalls[1]


def test_what_was_written_by_somebody_who_knew_none_of_the_examples_is_understood():
    """Floors, a little below what was measured. Nobody who writes examples reads this file."""
    found = figures("bot/data", str(Path(__file__).parent / "data" / "intents_blind.csv"))
    assert found["accuracy"] > 0.92
    assert found["oos_auroc"] > 0.96
    assert found["oos_recall"] > 0.9


def test_the_bots_own_folder_can_be_measured(tmp_path):
    test = file(tmp_path, "b.csv", "text,intent\n注文はどこですか,order_status\nhi,greet\n")
    assert figures("bot/data", test)["accuracy"] == 1.0


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "line 1: column missing: intent, text"),
        ("text,label\na,b\n", "line 1: column missing: intent"),
        ("text,intent\na,b,c\n", "line 2: wrong number of columns"),
        ("text,intent\na,b\nc\n", "line 3: wrong number of columns"),
        ('text,intent\n"a,b\n', "unexpected end of data"),
        ("text,intent\n送料,b\n".encode("cp932"), "not UTF-8"),
    ],
)
def test_a_bad_file_is_refused_with_the_line(tmp_path, content, complaint):
    good, bad = file(tmp_path, "a.csv", TRAIN), file(tmp_path, "bad.csv", content)
    for train, test in ((good, bad), (bad, good)):
        message = str(refusal(train, test))
        assert "bad.csv" in message
        assert complaint in message


def test_a_missing_file_is_refused(tmp_path):
    good = file(tmp_path, "a.csv", TRAIN)
    assert "No such file" in str(refusal(good, str(tmp_path / "none.csv")))


def test_nothing_to_tell_apart_is_refused(tmp_path):
    one = file(tmp_path, "one.csv", "text,intent\na,b\nc,b\nd,\n")
    assert "fewer than two intents" in str(refusal(one, one))


@pytest.mark.parametrize("share", [-0.1, 1.0])
def test_an_impossible_share_is_refused(tmp_path, share):
    good = file(tmp_path, "a.csv", TRAIN)
    assert "--reject" in str(refusal(good, good, reject=share))


def test_measuring_leaves_the_kept_model_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "DEFAULT", tmp_path / "var" / "model.npz")
    monkeypatch.setattr(meaning, "_kept", [])
    train = file(tmp_path, "a.csv", TRAIN)
    figures(train, train)
    assert meaning._kept == []
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize(
    ("scores", "positive", "expected"),
    [
        ([3, 2, 1, 0], [1, 1, 0, 0], 1.0),
        ([0, 1, 2, 3], [1, 1, 0, 0], 0.0),
        ([1, 1, 1, 1], [1, 0, 1, 0], 0.5),
        ([3, 1, 2, 0], [1, 1, 0, 0], 0.75),
        ([1, 2], [1, 1], None),
    ],
)
def test_auroc_is_the_chance_of_being_above(scores, positive, expected):
    assert auroc(scores, np.array(positive, dtype=bool)) == expected


def test_the_bot_is_trained_once(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "DEFAULT", tmp_path / "model.npz")
    monkeypatch.setattr(meaning, "_kept", [])
    said = [StringIO(), StringIO(), StringIO()]
    call_command("train_bot", stdout=said[0])
    call_command("train_bot", stdout=said[1])
    call_command("train_bot", force=True, stdout=said[2])
    done = [json.loads(out.getvalue()) for out in said]
    assert [one["trained"] for one in done] == [True, False, True]
    assert done[0]["intents"] == 16
    assert done[0]["examples"] >= 600
