"""The index of one language: entries in, the best of them for a question out. Knows no database.

Immutable once built, so any number of threads may ask it. A new index built from the one before
analyses only what has changed.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from cms.answers import judge, words
from cms.answers.asked import Lexicon, Listener, Term
from cms.answers.bm25 import Bag, Bm25, Vector, bag

# Weights of DESIGN §9, as measured there.
SYNONYM = 0.7
GRAMS = {"ja": 0.2, "en": 1.0}
# How much more the grams of the closest wording count than those of the whole entry.
_CLOSEST_WORDING = 2.0
# How much it counts that question and closest wording say little else: 送料 is rather "how much is
# shipping" than "who pays for return shipping".
LIKENESS = 0.5
# A question with at most so many words is a keyword search: who types it expects that very word.
_KEYWORDS = 2
_LOOKED_AT = 300
MAX_QUESTION = 2_000


@dataclass(frozen=True)
class Entry:
    """A question with its answer, as editors wrote it, and other ways to ask it."""

    key: Hashable
    question: str
    answer: str
    alternates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hit:
    """An entry found: its score orders, its confidence (0..1) says whether it is the answer."""

    key: Hashable
    score: float
    confidence: float
    signs: judge.Signs


@dataclass(frozen=True)
class _Analysed:
    """What is kept of an entry."""

    wordings: tuple[Bag, ...]
    document: Bag
    wording_grams: tuple[Bag, ...]
    grams: Bag
    squeezed: tuple[str, ...]
    answer: str


@dataclass(frozen=True)
class _Question:
    """A question as this index hears it."""

    keyword: str
    terms: list[Term]
    grams: list[int | None]


class Index:
    """Finds the entries that answer a question."""

    def __init__(
        self,
        entries: Iterable[Entry],
        language: str,
        *,
        synonyms: Iterable[Sequence[str]] = (),
        before: "Index | None" = None,
    ) -> None:
        """Build from ``entries``; each of ``synonyms`` lists ways to say one thing."""
        self.language = language
        self.entries = list(entries)
        self._lexicon: Lexicon = before._lexicon if before else Lexicon()
        known = before._analysed if before else {}
        self._analysed: dict[Entry, _Analysed] = {
            entry: known.get(entry) or self._analyse(entry) for entry in self.entries
        }
        self._rows = [self._analysed[entry] for entry in self.entries]
        self._weigh()
        self._listener = Listener(self._lexicon, self._documents, language, synonyms)

    def rank(self, question: str, limit: int) -> list[Hit]:
        """Return at most ``limit`` entries that share something with ``question``, best first."""
        question = question[:MAX_QUESTION]
        heard = _Question(
            words.squeeze(question), self._listener.terms(question), self._listener.grams(question)
        )
        if not self.entries or not (heard.terms or heard.grams):
            return []
        by_words, by_grams = self._by_words(heard.terms), self._by_grams(heard.grams)
        shares = self._word_shares(heard.terms)
        scores = _scaled(by_words) + GRAMS[self.language] * _scaled(by_grams)
        scores += LIKENESS * shares[1]
        self._lift_keywords(scores, heard)
        return self._judged(_best(scores, limit + 1), scores, heard, shares)[:limit]

    def _analyse(self, entry: Entry) -> _Analysed:
        asked = [entry.question, *entry.alternates]
        lexicon, language = self._lexicon, self.language
        found = [lexicon.learn(words.words(text, language)) for text in (*asked, entry.answer)]
        grams = [words.grams(text, language) for text in (*asked, entry.answer)]
        return _Analysed(
            wordings=tuple(bag(texts, lexicon.words) for texts in found[:-1]),
            document=bag([text for texts in found for text in texts], lexicon.words),
            wording_grams=tuple(bag(texts, lexicon.grams) for texts in grams[:-1]),
            grams=bag([text for texts in grams for text in texts], lexicon.grams),
            squeezed=tuple(words.squeeze(text) for text in asked),
            answer=words.squeeze(entry.answer),
        )

    def _weigh(self) -> None:
        size = len(self._lexicon.words)
        self._wordings = Bm25([w for row in self._rows for w in row.wordings], size, b=0.4)
        self._documents = Bm25([row.document for row in self._rows], size)
        size = len(self._lexicon.grams)
        self._wording_grams = Bm25([w for r in self._rows for w in r.wording_grams], size)
        self._grams = Bm25([row.grams for row in self._rows], size)
        counts = [len(row.wordings) for row in self._rows]
        self._starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
        # How much each wording says: the rarity of all its words.
        self._said = self._wordings.masses(self._documents)

    def _by_words(self, terms: list[Term]) -> Vector:
        wordings, documents = self._wordings.nothing(), self._documents.nothing()
        for term in terms:
            wordings += self._worth(self._wordings, term)
            documents += self._worth(self._documents, term)
        return self._closest(wordings) + documents

    def _worth(self, texts: Bm25, term: Term) -> Vector:
        worth = texts.worth(term.word)
        for other in term.others:
            np.maximum(worth, SYNONYM * texts.worth(other), out=worth)
        return worth

    def _by_grams(self, grams: list[int | None]) -> Vector:
        wordings, wholes = self._wording_grams.nothing(), self._grams.nothing()
        for gram in grams:
            self._wording_grams.add(wordings, gram)
            self._grams.add(wholes, gram)
        return _CLOSEST_WORDING * self._closest(wordings) + wholes

    def _closest(self, wordings: Vector) -> Vector:
        """Return for each entry the score of its closest wording."""
        return np.maximum.reduceat(wordings, self._starts)

    def _lift_keywords(self, scores: Vector, heard: _Question) -> None:
        """Put first what has the very keyword: in the question, a wording, the answer."""
        if not heard.keyword or len(heard.terms) > _KEYWORDS:
            return
        for row in _best(scores, _LOOKED_AT):
            entry = self._rows[row]
            if heard.keyword in entry.squeezed[0]:
                scores[row] += 6.0
            elif any(heard.keyword in text for text in entry.squeezed):
                scores[row] += 4.0
            elif heard.keyword in entry.answer:
                scores[row] += 2.0

    def _judged(
        self, rows: list[int], scores: Vector, heard: _Question, shares: tuple[Vector, Vector]
    ) -> list[Hit]:
        """Add to each row how sure we may be of it; never more than of one that ranks higher."""
        hits: list[Hit] = []
        coverage, likeness = shares
        grams = self._gram_shares(heard.grams)
        ceiling = 1.0
        for place, row in enumerate(rows):
            rival = scores[rows[0 if place else 1]] if len(rows) > 1 else 0.0
            margin = float(scores[row] - rival)
            signs = judge.Signs(
                float(coverage[row]), float(likeness[row]), float(grams[row]), margin
            )
            ceiling = min(ceiling, judge.confidence(signs))
            hits.append(Hit(self.entries[row].key, float(scores[row]), ceiling, signs))
        return hits

    def _word_shares(self, terms: list[Term]) -> tuple[Vector, Vector]:
        """Return for each entry how much of the question it has, and how alike a wording is.

        Alike: twice what question and wording share over what both say (Dice), by rarity.
        """
        asked = sum(term.rarity for term in terms) or 1.0
        coverage = _covered(self._documents, terms) / asked
        return coverage, self._closest(2 * _covered(self._wordings, terms) / (asked + self._said))

    def _gram_shares(self, grams: list[int | None]) -> Vector:
        shared = self._grams.nothing()
        for gram in grams:
            shared[self._grams.rows_with(gram)] += self._grams.rarity(gram)
        return shared / (sum(self._grams.rarity(gram) for gram in grams) or 1.0)


def _covered(texts: Bm25, terms: list[Term]) -> Vector:
    """Return for each text the rarity of the terms it has; a synonym counts for less."""
    covered = texts.nothing()
    for term in terms:
        share = texts.nothing()
        for other in term.others:
            share[texts.rows_with(other)] = SYNONYM
        share[texts.rows_with(term.word)] = 1.0
        covered += term.rarity * share
    return covered


def _scaled(scores: Vector) -> Vector:
    """Bring scores to 0..1: min-max, where the least is what shares nothing at all."""
    high = float(scores.max())
    return scores / high if high > 0 else scores


def _best(scores: Vector, limit: int) -> list[int]:
    """Return the rows with the highest scores above zero; the earlier entry wins a tie."""
    found = np.flatnonzero(scores > 0)
    if len(found) > limit:
        found = found[np.argpartition(-scores[found], limit - 1)[:limit]]
    return [int(row) for row in found[np.lexsort((found, -scores[found]))]]
