"""BM25 over sparse columns: which texts share rare words with a question."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

Vector = np.ndarray


class Vocabulary(dict[str, int]):
    """Words and their numbers; a word never seen gets the next one."""

    def __missing__(self, word: str) -> int:
        self[word] = len(self)
        return self[word]


@dataclass(frozen=True)
class Bag:
    """The words of one text by number, and how often each occurs."""

    ids: Vector
    counts: Vector


def bag(texts: Iterable[str], vocabulary: Vocabulary) -> Bag:
    """Count words into a Bag, learning those that ``vocabulary`` has not seen."""
    counted = Counter(vocabulary[text] for text in texts)
    ids = np.fromiter(counted.keys(), dtype=np.int32, count=len(counted))
    return Bag(ids, np.fromiter(counted.values(), dtype=np.float32, count=len(counted)))


class Bm25:
    """Texts to be scored: Okapi BM25, Robertson and Zaragoza 2009, with idf never below zero."""

    def __init__(self, bags: Sequence[Bag], size: int, *, k1: float = 1.2, b: float = 0.75) -> None:
        """Weigh ``bags``; ``size`` is the size of the vocabulary."""
        self.rows = len(bags)
        lengths = np.array([text.counts.sum() for text in bags], dtype=np.float32)
        mean = float(lengths.mean()) if self.rows and lengths.any() else 1.0
        rows = np.repeat(np.arange(self.rows), [len(text.ids) for text in bags])
        ids = np.concatenate([text.ids for text in bags]) if bags else np.empty(0, np.int32)
        tf = np.concatenate([text.counts for text in bags]) if bags else np.empty(0, np.float32)
        self._found_in = found_in = np.bincount(ids, minlength=size)
        self.idf = np.log1p((self.rows - found_in + 0.5) / (found_in + 0.5)).astype(np.float32)
        norm = k1 * (1 - b + b * lengths / mean)
        weights = self.idf[ids] * tf * (k1 + 1) / (tf + norm[rows])
        self._columns = sparse.csc_matrix((weights, (rows, ids)), shape=(self.rows, size))

    def has(self, word: int | None) -> bool:
        """Say whether any text has a word."""
        return word is not None and word < len(self._found_in) and self._found_in[word] > 0

    def worth(self, word: int | None) -> Vector:
        """Return what a word is worth in each text."""
        scores = self.nothing()
        self.add(scores, word)
        return scores

    def nothing(self) -> Vector:
        """Return a score of nothing for each text."""
        return np.zeros(self.rows, dtype=np.float32)

    def rows_with(self, word: int | None) -> Vector:
        """Return the texts that have a word."""
        if word is None or word >= len(self._found_in):
            return np.empty(0, dtype=np.int32)
        start, end = self._columns.indptr[word : word + 2]
        return self._columns.indices[start:end]

    def masses(self, rarities: "Bm25") -> Vector:
        """Return for each text the sum of its words' rarities, as another collection has them."""
        return (self._columns.sign() @ rarities.idf).astype(np.float32)

    def add(self, scores: Vector, word: int | None) -> None:
        """Add to ``scores``, one a text, what a word is worth there."""
        if word is not None and word < len(self._found_in):
            start, end = self._columns.indptr[word : word + 2]
            scores[self._columns.indices[start:end]] += self._columns.data[start:end]

    def rarity(self, word: int | None) -> float:
        """Return the idf of a word; one in no text (None) is as rare as can be."""
        if word is None or word >= len(self.idf):
            return float(np.log1p((self.rows + 0.5) / 0.5))
        return float(self.idf[word])
