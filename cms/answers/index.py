"""The index of one language: entries in, the best of them for a question out. Knows no database.

Immutable once built, so any number of threads may ask it. A new index built from the one before
analyses only what has changed.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from cms.answers import judge, spelling, words
from cms.answers.bm25 import Bag, Bm25, Vector, Vocabulary, bag

# Weights of DESIGN §9, as measured there.
SYNONYM = 0.7
GRAMS = {"ja": 0.2, "en": 1.0}
# How much more the grams of the closest wording count than those of the whole entry.
_CLOSEST_WORDING = 2.0
# A question with at most so many words is a keyword search: who types it expects that very word.
_SHORT = {"ja": 2, "en": 2}
_LOOKED_AT = 300
# Shorter readings are found in any sentence by chance.
_SHORTEST_READING = 3
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


@dataclass
class _Lexicon:
    """What the indexes of a language know of words; handed on from one to the next."""

    words: Vocabulary = field(default_factory=Vocabulary)
    grams: Vocabulary = field(default_factory=Vocabulary)
    groups: dict[int, tuple[int, ...]] = field(default_factory=dict)
    readings: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Term:
    """A word asked for: its number, how rare it is, and the words that mean the same."""

    word: int | None
    rarity: float
    others: frozenset[int]


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
        self._lexicon: _Lexicon = before._lexicon if before else _Lexicon()
        known = before._analysed if before else {}
        self._analysed: dict[Entry, _Analysed] = {
            e: known.get(e) or self._analyse(e) for e in self.entries
        }
        self._rows = [self._analysed[entry] for entry in self.entries]
        self._weigh()
        self._members = self._group_members()
        self._spelt = self._by_first_letter()
        self._synonyms = [[self._numbers(phrase) for phrase in line] for line in synonyms]

    def rank(self, question: str, limit: int) -> list[Hit]:
        """Return at most ``limit`` entries that share something with ``question``, best first."""
        question = question[:MAX_QUESTION]
        terms = self._terms(question)
        grams = self._known_grams(question)
        if not self.entries or not (terms or grams):
            return []
        scores = _scaled(self._by_words(terms)) + GRAMS[self.language] * _scaled(
            self._by_grams(grams)
        )
        self._lift_keywords(scores, question, terms)
        best = _best(scores, limit + 1)
        return self._judged(best, scores, terms, question)[:limit]

    def _analyse(self, entry: Entry) -> _Analysed:
        asked = [entry.question, *entry.alternates]
        found = [self._learn(text) for text in asked]
        answer = self._learn(entry.answer)
        lexicon = self._lexicon
        grams = [words.grams(text, self.language) for text in (*asked, entry.answer)]
        return _Analysed(
            wordings=tuple(bag(texts, lexicon.words) for texts in found),
            document=bag([text for texts in (*found, answer) for text in texts], lexicon.words),
            wording_grams=tuple(bag(texts, lexicon.grams) for texts in grams[:-1]),
            grams=bag([text for texts in grams for text in texts], lexicon.grams),
            squeezed=tuple(words.squeeze(text) for text in asked),
            answer=words.squeeze(entry.answer),
        )

    def _learn(self, text: str) -> list[str]:
        found = words.words(text, self.language)
        for word in found:
            if word.groups:
                self._lexicon.groups[self._lexicon.words[word.text]] = word.groups
            if len(word.reading) >= _SHORTEST_READING:
                self._lexicon.readings.setdefault(word.reading, word.text)
        return [word.text for word in found]

    def _weigh(self) -> None:
        size = len(self._lexicon.words)
        self._wordings = Bm25([w for row in self._rows for w in row.wordings], size, b=0.4)
        self._documents = Bm25([row.document for row in self._rows], size)
        size = len(self._lexicon.grams)
        self._wording_grams = Bm25([w for r in self._rows for w in r.wording_grams], size)
        self._grams = Bm25([row.grams for row in self._rows], size)
        counts = [len(row.wordings) for row in self._rows]
        self._starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)

    def _group_members(self) -> dict[int, set[int]]:
        members: dict[int, set[int]] = {}
        for word, groups in self._lexicon.groups.items():
            for group in groups:
                members.setdefault(group, set()).add(word)
        return members

    def _by_first_letter(self) -> dict[str, list[str]]:
        """Return this index's own words in Latin letters, where misspelt ones are looked up.

        A copy: the next index may be learning words into the lexicon at this moment.
        """
        words_of: dict[str, list[str]] = {}
        for text, number in list(self._lexicon.words.items()):
            if text.isascii() and self._documents.has(number):
                words_of.setdefault(text[0], []).append(text)
        return words_of

    def _numbers(self, phrase: str) -> frozenset[str]:
        return frozenset(word.text for word in words.words(phrase, self.language))

    def _terms(self, question: str) -> list[_Term]:
        found = words.words(question, self.language) + self._read_aloud(question)
        asked = {word.text: word for word in found}
        return [self._term(word, frozenset(asked)) for word in asked.values()]

    def _read_aloud(self, question: str) -> list[words.Word]:
        """Return the nouns that ``question`` writes in hiragana: そうりょう is 送料.

        The analyser guesses wrong there (へんぴん becomes 辺鄙); what this index has is likelier.
        """
        if self.language != "ja":
            return []
        found = []
        for run in words.kana_runs(question):
            start = 0
            while start < len(run):
                reading = self._reading_at(run, start)
                if reading:
                    found.append(words.Word(self._lexicon.readings[reading]))
                start += len(reading) or 1
        return found

    def _reading_at(self, run: str, start: int) -> str:
        """Return the longest reading of a known noun that begins here, or nothing."""
        for end in range(len(run), start + _SHORTEST_READING - 1, -1):
            if run[start:end] in self._lexicon.readings:
                return run[start:end]
        return ""

    def _term(self, word: words.Word, asked: frozenset[str]) -> _Term:
        number = self._lexicon.words.get(word.text)
        others = {other for group in word.groups for other in self._members.get(group, ())}
        for line in self._synonyms:
            if any(word.text in phrase and phrase <= asked for phrase in line):
                said = {text for phrase in line for text in phrase}
                others |= {n for n in map(self._lexicon.words.get, said) if n is not None}
        if not self._documents.has(number):
            meant = spelling.nearest(word.text, self._spelt.get(word.text[0], ()))
            others |= {self._lexicon.words[text] for text in meant}
        others.discard(number if number is not None else -1)
        rarity = self._documents.rarity(number)
        if others and not self._documents.has(number):
            rarity = min(self._documents.rarity(other) for other in others)
        return _Term(number, rarity, frozenset(others))

    def _known_grams(self, question: str) -> list[int | None]:
        return [self._lexicon.grams.get(gram) for gram in set(words.grams(question, self.language))]

    def _by_words(self, terms: list[_Term]) -> Vector:
        wordings = np.zeros(self._wordings.rows, dtype=np.float32)
        documents = np.zeros(self._documents.rows, dtype=np.float32)
        for term in terms:
            wordings += self._worth(self._wordings, term)
            documents += self._worth(self._documents, term)
        return np.maximum.reduceat(wordings, self._starts) + documents

    def _worth(self, texts: Bm25, term: _Term) -> Vector:
        worth = texts.worth(term.word)
        for other in term.others:
            np.maximum(worth, SYNONYM * texts.worth(other), out=worth)
        return worth

    def _by_grams(self, grams: list[int | None]) -> Vector:
        wordings = np.zeros(self._wording_grams.rows, dtype=np.float32)
        wholes = np.zeros(self._grams.rows, dtype=np.float32)
        for gram in grams:
            self._wording_grams.add(wordings, gram)
            self._grams.add(wholes, gram)
        return _CLOSEST_WORDING * np.maximum.reduceat(wordings, self._starts) + wholes

    def _lift_keywords(self, scores: Vector, question: str, terms: list[_Term]) -> None:
        """Put first what has the very keyword: in the question, a wording, the answer."""
        keyword = words.squeeze(question)
        if not keyword or len(terms) > _SHORT[self.language]:
            return
        for row in _best(scores, _LOOKED_AT):
            entry = self._rows[row]
            if keyword in entry.squeezed[0]:
                scores[row] += 6.0
            elif any(keyword in text for text in entry.squeezed):
                scores[row] += 4.0
            elif keyword in entry.answer:
                scores[row] += 2.0

    def _judged(
        self, rows: list[int], scores: Vector, terms: list[_Term], question: str
    ) -> list[Hit]:
        """Add to each row how sure we may be of it; never more than of one that ranks higher."""
        hits: list[Hit] = []
        ceiling = 1.0
        grams = self._known_grams(question)
        for place, row in enumerate(rows):
            rival = scores[rows[1]] if place == 0 and len(rows) > 1 else scores[rows[0]]
            margin = float(scores[row] - rival) if len(rows) > 1 else float(scores[row])
            signs = self._signs(self._rows[row], terms, grams, margin)
            ceiling = min(ceiling, judge.confidence(signs))
            hits.append(Hit(self.entries[row].key, float(scores[row]), ceiling, signs))
        return hits

    def _signs(
        self, row: _Analysed, terms: list[_Term], grams: list[int | None], margin: float
    ) -> judge.Signs:
        asked = sum(term.rarity for term in terms)
        closest = max((self._likeness(w, terms, asked) for w in row.wordings), default=0.0)
        return judge.Signs(
            coverage=_covered(terms, row.document) / asked if asked else 0.0,
            likeness=closest,
            grams=self._grams_covered(row, grams),
            margin=margin,
        )

    def _likeness(self, wording: Bag, terms: list[_Term], asked: float) -> float:
        """Return how alike question and wording are: twice what they share over what both have."""
        has = sum(self._documents.rarity(word) for word in wording.ids.tolist())
        return 2 * _covered(terms, wording) / (asked + has) if asked + has else 0.0

    def _grams_covered(self, row: _Analysed, grams: list[int | None]) -> float:
        there = set(row.grams.ids.tolist())
        asked = sum(self._grams.rarity(gram) for gram in grams)
        shared = sum(self._grams.rarity(gram) for gram in grams if gram in there)
        return shared / asked if asked else 0.0


def _covered(terms: list[_Term], text: Bag) -> float:
    there = set(text.ids.tolist())
    total = 0.0
    for term in terms:
        if term.word in there:
            total += term.rarity
        elif not there.isdisjoint(term.others):
            total += SYNONYM * term.rarity
    return total


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
