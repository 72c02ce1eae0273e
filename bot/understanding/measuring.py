"""Measuring the ear: how well messages of a file are understood, and how fast."""

import csv
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import numpy as np

from bot.understanding import rasa_files
from bot.understanding.intents import Classifier
from bot.understanding.meaning import Meaning, understand

Pairs = list[tuple[str, str]]


class BadFile(ValueError):
    """A file of examples cannot be read; the message says which line and why."""


@dataclass(frozen=True)
class Figures:
    """What a measurement gave; None where it is undefined."""

    n: int
    accuracy: float | None
    oos_auroc: float | None
    oos_recall: float | None
    train_seconds: float
    p50_ms: float | None
    p99_ms: float | None
    rss_mb: float


def read_pairs(path: Path) -> Pairs:
    """Return (text, intent) of each line of a CSV with these columns; intent may be empty.

    A folder is read as Rasa training data. Raises BadFile.
    """
    try:
        if path.is_dir():
            return [(example.text, example.intent) for example in rasa_files.examples(path)]
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _rows(path, csv.DictReader(file, strict=True))
    except rasa_files.BadRasaFile as error:
        raise BadFile(str(error)) from error
    except UnicodeDecodeError as error:
        raise BadFile(f"{path}: not UTF-8") from error
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror}") from error


def _rows(path: Path, reader: "csv.DictReader[str]") -> Pairs:
    try:
        missing = {"text", "intent"} - set(reader.fieldnames or ())
        if missing:
            raise BadFile(f"{path}: line 1: column missing: {', '.join(sorted(missing))}")
        rows: Pairs = []
        for row in reader:
            if None in row or None in row.values():
                raise BadFile(f"{path}: line {reader.line_num}: wrong number of columns")
            rows.append((row["text"], row["intent"].strip()))
        return rows
    except csv.Error as error:
        raise BadFile(f"{path}: line {reader.line_num}: {error}") from error


def measure(train: Pairs, test: Pairs, may_bounce: float) -> Figures:
    """Learn from `train` and read `test`, with the code that serves customers.

    An empty intent is out of scope in `test` and ignored in `train`. Raises TooFewIntents.
    """
    import_module("sklearn.svm")  # imported by training only; no part of the time it takes
    begin = time.perf_counter()
    classifier = Classifier.learned([pair for pair in train if pair[1]], may_bounce)
    seconds = time.perf_counter() - begin
    meanings, took = _read_all(classifier, [text for text, _ in test])
    inside = np.array([bool(intent) for _, intent in test], dtype=bool)
    right = [meaning.intent == intent for meaning, (_, intent) in zip(meanings, test, strict=True)]
    return Figures(
        n=len(test),
        accuracy=_mean([hit for hit, known in zip(right, inside, strict=True) if known]),
        oos_auroc=auroc([meaning.known for meaning in meanings], inside),
        oos_recall=_mean([not m.confident for m, k in zip(meanings, inside, strict=True) if not k]),
        train_seconds=round(seconds, 3),
        p50_ms=_quantile(took, 0.5),
        p99_ms=_quantile(took, 0.99),
        rss_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    )


def _read_all(classifier: Classifier, texts: list[str]) -> tuple[list[Meaning], list[float]]:
    """Return the meaning of each text and the milliseconds it took; the first is read twice."""
    meanings, took = [], []
    for text in texts[:1]:
        understand(text, by=classifier)  # dictionaries are loaded by the first message
    for text in texts:
        begin = time.perf_counter()
        meanings.append(understand(text, by=classifier))
        took.append((time.perf_counter() - begin) * 1000)
    return meanings, took


def auroc(scores: Sequence[float], positive: np.ndarray) -> float | None:
    """Return the chance that a positive scores above a negative (ties half); None without both."""
    if positive.all() or not positive.any():
        return None
    order = np.asarray(scores)
    _, place, count = np.unique(order, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    ours, theirs = int(positive.sum()), int((~positive).sum())
    return round(float((rank[positive].sum() - ours * (ours + 1) / 2) / (ours * theirs)), 4)


def _mean(values: Sequence[bool]) -> float | None:
    return round(float(np.mean(values)), 4) if values else None


def _quantile(values: Sequence[float], share: float) -> float | None:
    return round(float(np.quantile(values, share)), 3) if values else None
