"""Is the best entry found really the answer? A calibrated guess from scale-free signs.

Raw BM25 says nothing about that: its size depends on the question and on the collection. The signs
below are shares, so they mean the same for 15 FAQs as for 10,000.
"""

import math
from dataclasses import dataclass

# From here on an answer is given as the answer, being right more often than not. On the questions
# below, 4 of 5 answers so given are right, and 3 of 25 questions without an answer get one.
CONFIDENT = 0.5
# From here on 6 of 7 answers to them are right.
LIKELY = 0.75
# From here on the question is as good as one of the page's own wordings: so sure, or so alike and
# covered at once. What merely shares words with a page reaches .9, and .55 ("what will the weather
# be tomorrow" beside a page on deliveries by tomorrow).
CERTAIN, SAME = 0.93, 0.7
# From here on a page is worth offering, not giving: 9 in 10 of the questions below that have an
# answer find one with so much, and 3 in 10 of those that have none.
POSSIBLE = 0.3


@dataclass(frozen=True)
class Signs:
    """What speaks for an entry, each 0..1 except the margin, which is negative below the best.

    coverage: rarity-weighted share of the words asked that the entry has; likeness: how alike
    the question and the closest wording are; grams: coverage of character grams; margin: distance
    to the strongest rival.
    """

    coverage: float
    likeness: float
    grams: float
    margin: float


# Logistic regression on the questions of tests/cms/data (250 in two languages, a fifth of them
# without an answer), rounded: intercept, coverage, likeness, grams, margin. One set for both
# languages; apart they differ by less than the questions can tell.
_WEIGHTS = (-2.4, 2.4, 2.0, 0.8, 0.5)


def confidence(signs: Signs) -> float:
    """Return the probability, 0..1, that an entry with these signs answers the question."""
    base, coverage, likeness, grams, margin = _WEIGHTS
    total = (
        base
        + coverage * signs.coverage
        + likeness * signs.likeness
        + grams * signs.grams
        + margin * max(-1.0, min(1.0, signs.margin))
    )
    return 1 / (1 + math.exp(-total))


def is_certain(signs: Signs, sure: float) -> bool:
    """Say whether a question with these signs is nearly word for word one of the entry's own."""
    return sure >= CERTAIN or min(signs.likeness, signs.coverage) >= SAME
