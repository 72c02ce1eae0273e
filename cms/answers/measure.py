"""How good the answers are, on files of questions with their right answers (DESIGN §8).

Runs the index that serves customers over entries from a file; reads and writes no stored data.
"""

import math
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any

from cms.answers.index import Entry, Hit, Index

_DEPTH = 100


@dataclass(frozen=True)
class Query:
    """A question as a customer typed it, and the ids of what answers it (none: nothing does)."""

    text: str
    relevant: frozenset[str]


def evaluate(entries: Sequence[Entry], queries: Sequence[Query], language: str) -> dict[str, Any]:
    """Return the figures of `eval_answers`; a figure that cannot be had is None."""
    index = Index(entries, language)
    runs, milliseconds = [], []
    for query in queries:
        begun = time.perf_counter()
        hits = index.rank(query.text, _DEPTH)
        milliseconds.append(1000 * (time.perf_counter() - begun))
        runs.append((query, hits))
    answerable = [_places(query, hits) for query, hits in runs if query.relevant]
    return {
        "n": len(queries),
        "map": _mean([_average_precision(*places) for places in answerable]),
        "mrr": _mean([1 / found[0] if found else 0.0 for found, _ in answerable]),
        "p1": _mean([float(bool(found) and found[0] == 1) for found, _ in answerable]),
        "hit5": _mean([float(bool(found) and found[0] <= 5) for found, _ in answerable]),
        "ndcg10": _mean([_ndcg10(*places) for places in answerable]),
        "no_answer_auroc": _auroc(runs),
        "p50_ms": round(median(milliseconds), 3) if milliseconds else None,
        "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def _places(query: Query, hits: Sequence[Hit]) -> tuple[list[int], int]:
    """Return where relevant entries stand (from 1), and how many there are in all."""
    found = [place for place, hit in enumerate(hits, 1) if hit.key in query.relevant]
    return found, len(query.relevant)


def _average_precision(found: list[int], relevant: int) -> float:
    return sum(number / place for number, place in enumerate(found, 1)) / relevant


def _ndcg10(found: list[int], relevant: int) -> float:
    gain = sum(1 / math.log2(place + 1) for place in found if place <= 10)
    return gain / sum(1 / math.log2(place + 1) for place in range(1, min(relevant, 10) + 1))


def _auroc(runs: Sequence[tuple[Query, Sequence[Hit]]]) -> float | None:
    """Return how often a question with an answer has more confidence than one without."""
    sure = {True: [], False: []}  # type: dict[bool, list[float]]
    for query, hits in runs:
        sure[bool(query.relevant)].append(hits[0].confidence if hits else 0.0)
    pairs = len(sure[True]) * len(sure[False])
    won = sum((a > b) + (a == b) / 2 for a in sure[True] for b in sure[False])
    return round(won / pairs, 4) if pairs else None


def _mean(values: list[float]) -> float | None:
    return round(fmean(values), 4) if values else None
