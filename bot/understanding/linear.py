"""The linear model that tells intents apart, for messages in one script, and how sure it is.

Chosen by measurement (`manage.py eval_intents`): one-against-rest linear support vectors. On HWU64
they took 0.05 GB and 2 s of CPU where logistic regression took 1 GB and 18 s, and were 0.7 points
better; with few examples an intent they are ahead as well.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from bot.understanding.features import Floats, Space, Weighing, unit_rows
from bot.understanding.words import Families

# Tuned on HWU64 (10 and 20 examples an intent) and on cross-validated curekart and our own
# examples; judged on the Bitext shop files and curekart's test.
SLACK = 0.5
FAMILY_WEIGHTS = {"ja": {"c": 1.0, "w": 1.0, "r": 1.0, "s": 1.0}, "en": {"s": 0.5}}
MARGIN_SHARE, LIKENESS_SHARE, COVERAGE_SHARE, FOREIGN_SHARE = 0.5, 1.0, 0.5, 0.75
BLOCK = 256  # messages weighed at once, to bound memory


@dataclass(frozen=True)
class Beside:
    """Intents, by number, that are there for the others to stand out against.

    `foreign` is the one of them that stands for what no message here should be about.
    """

    intents: tuple[int, ...] = ()
    foreign: int | None = None


NOTHING_BESIDE = Beside()


@dataclass
class Fitted:
    """Weights learned from counted examples; the columns are those of a Space."""

    weighing: Weighing
    weights: Floats  # columns × intents
    bias: Floats
    examples: csr_matrix  # columns × examples, each of unit length
    intent_of_example: NDArray[np.int64]

    @classmethod
    def to(
        cls, counts: csr_matrix, intents: NDArray[np.int64], space: Space, script: str
    ) -> "Fitted":
        """Learn from one row of counts an example; `intents` are numbers from 0, at least two."""
        from sklearn.svm import LinearSVC  # only training needs it; it is slow to import

        weighing = Weighing.learned(counts, space, FAMILY_WEIGHTS[script])
        rows = weighing(counts)
        machine = LinearSVC(C=SLACK, random_state=0).fit(rows, intents)
        weights, bias = machine.coef_.T, machine.intercept_
        if weights.shape[1] == 1:  # two intents share one line
            weights, bias = np.hstack([-weights, weights]), np.array([-bias[0], bias[0]])
        return cls(weighing, weights, bias, unit_rows(rows).T.tocsr(), intents)

    def decide(self, counts: csr_matrix, beside: Beside = NOTHING_BESIDE) -> tuple[Floats, Floats]:
        """Return for each message the decision values of all intents and how known it looks.

        How known: the value of the best intent, its lead over the next, its likeness to the nearest
        example, and how far the message is from what is foreign. Intents `beside` are no such
        intents, but ones to lead over. The coverage of the words is for the caller to add: it needs
        the words themselves.
        """
        blocks = [counts[at : at + BLOCK] for at in range(0, counts.shape[0], BLOCK)]
        parts = [self._decide_block(block, beside) for block in blocks]
        return np.vstack([values for values, _ in parts]), np.concatenate([k for _, k in parts])

    def _decide_block(self, counts: csr_matrix, beside: Beside) -> tuple[Floats, Floats]:
        rows = self.weighing(counts)
        values = rows @ self.weights + self.bias
        of_intents = values.copy()
        of_intents[:, list(beside.intents)] = -np.inf
        best = of_intents.argmax(axis=1)
        each = np.arange(len(best))
        others = values.copy()
        others[each, best] = -np.inf
        likeness = (unit_rows(rows) @ self.examples).toarray()
        likeness[self.intent_of_example[None, :] != best[:, None]] = 0
        top = values[each, best]
        known = top + MARGIN_SHARE * (top - others.max(axis=1))
        known += LIKENESS_SHARE * likeness.max(axis=1)
        return values, known + FOREIGN_SHARE * _from_foreign(values, beside.foreign)


def _from_foreign(values: Floats, foreign: int | None) -> Floats:
    """Return how far each message's best intent at home is ahead of the foreign one."""
    if foreign is None:
        return np.zeros(len(values))
    home: Floats = np.delete(values, foreign, axis=1).max(axis=1)
    return home - values[:, foreign]


def coverage(message: Families, known_words: dict[str, int], told: Floats | None = None) -> float:
    """Return the share of the message's words that occur in the examples (0 if it has none).

    `told` weighs nothing where a word of `known_words` did not occur in this fold's examples.
    """
    words = [word for word in message.get("w", ()) if " " not in word]
    seen = [w for w in words if w in known_words and (told is None or told[known_words[w]] > 0)]
    return len(seen) / len(words) if words else 0.0


def held_out(
    messages: Sequence[Families],
    counts: csr_matrix,
    intents: NDArray[np.int64],
    space: Space,
    script: str,
    beside: Beside = NOTHING_BESIDE,
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return, by cross-validation, how known each example looks and whether it is understood.

    Intents with one example are never held out: nothing would be left to learn them from. Examples
    of intents beside are learned from, not asked.
    """
    scores: list[Floats] = []
    right: list[NDArray[np.bool_]] = []
    for learn, ask in _folds(intents):
        ask = ask[~np.isin(intents[ask], beside.intents)]
        if not len(ask):
            continue
        fitted = Fitted.to(counts[learn], intents[learn], space, script)
        values, known = fitted.decide(counts[ask], beside)
        told = fitted.weighing.rarity
        words = space.columns.get("w", {})
        covered = np.array([coverage(messages[i], words, told) for i in ask])
        scores.append(known + COVERAGE_SHARE * covered)
        right.append(values.argmax(axis=1) == intents[ask])
    if not scores:
        return np.zeros(0), np.zeros(0, dtype=bool)
    return np.concatenate(scores), np.concatenate(right)


def _folds(intents: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Split examples into (learn, ask), each intent evenly: ten times, or three if there are many.

    Every intent keeps an example to learn from, so that intents keep their numbers in every fold.
    """
    number = 10 if len(intents) <= 2000 else 3
    of_intent: dict[int, list[int]] = defaultdict(list)
    for position in np.random.default_rng(0).permutation(len(intents)):
        of_intent[int(intents[position])].append(int(position))
    asked = np.full(len(intents), -1)
    turn = 0
    for positions in of_intent.values():
        for position in positions if len(positions) > 1 else ():
            asked[position] = turn % number
            turn += 1
    for fold in range(number):
        learn, ask = np.flatnonzero(asked != fold), np.flatnonzero(asked == fold)
        if len(ask) and len(np.unique(intents[learn])) > 1:
            yield learn, ask


def sureness(scores: Floats, right: NDArray[np.bool_]) -> tuple[float, float]:
    """Return slope and offset of the curve that makes a score the chance of being understood.

    Platt's method on held-out examples; with nothing to learn from, a plain curve.
    """
    from sklearn.linear_model import LogisticRegression  # as above

    if len(np.unique(right)) < 2:
        middle = float(scores.min()) if len(scores) else 0.0
        return 2.0, 2.0 - 2.0 * middle
    curve = LogisticRegression().fit(scores.reshape(-1, 1), right)
    return float(curve.coef_[0, 0]), float(curve.intercept_[0])
