"""A question -> the words it asks for, each with the words that mean the same.

What one index knows of words: Sudachi's synonym groups, the synonyms of every shop and those of
the editors, how nouns are read, and which spellings are one letter apart.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cms.answers import words
from cms.answers.bm25 import Bm25, Vocabulary
from cms.answers.words import Word
from portal import spelling

# Shorter readings are found in any sentence by chance.
_SHORTEST_READING = 3


@dataclass
class Lexicon:
    """What the indexes of a language have learnt of words; handed on from one to the next."""

    words: Vocabulary = field(default_factory=Vocabulary)
    grams: Vocabulary = field(default_factory=Vocabulary)
    groups: dict[int, tuple[int, ...]] = field(default_factory=dict)
    readings: dict[str, str] = field(default_factory=dict)

    def learn(self, found: Iterable[Word]) -> list[str]:
        """Remember groups and readings of words; return the words as texts."""
        texts = []
        for word in found:
            texts.append(word.text)
            if word.groups:
                self.groups[self.words[word.text]] = word.groups
            if len(word.reading) >= _SHORTEST_READING:
                self.readings.setdefault(word.reading, word.text)
        return texts


@dataclass(frozen=True)
class Term:
    """A word asked for: its number, how rare it is, and the words that mean the same."""

    word: int | None
    rarity: float
    others: frozenset[int]


class _Synonym(NamedTuple):
    """A phrase that counts when all its words are asked for, and the words it then stands for."""

    phrase: frozenset[str]
    meaning: frozenset[str]


class Listener:
    """Hears the words of a question as one index knows them. Immutable once built."""

    def __init__(
        self,
        lexicon: Lexicon,
        documents: Bm25,
        language: str,
        synonyms: Iterable[Sequence[str]],
    ) -> None:
        """Take what is known now; each of ``synonyms`` lists ways to say one thing."""
        self._lexicon = lexicon
        self._documents = documents
        self._language = language
        self._members = self._group_members()
        self._spelt = self._by_first_letter()
        self._synonyms = self._by_word([*words.synonyms(language), *synonyms])

    def terms(self, question: str) -> list[Term]:
        """Return the words ``question`` asks for, each once."""
        found = words.words(question, self._language) + self._read_aloud(question)
        asked = {word.text: word for word in found}
        return [self._term(word, frozenset(asked)) for word in asked.values()]

    def grams(self, question: str) -> list[int | None]:
        """Return the character grams of ``question`` by number, None for an unknown one."""
        known = self._lexicon.grams
        return [known.get(gram) for gram in set(words.grams(question, self._language))]

    def _term(self, word: Word, asked: frozenset[str]) -> Term:
        known = self._lexicon.words
        number = known.get(word.text)
        others = {other for group in word.groups for other in self._members.get(group, ())}
        for phrase, meaning in self._synonyms.get(word.text, ()):
            if phrase <= asked:
                others |= {n for n in map(known.get, meaning) if n is not None}
        if not self._documents.has(number):
            meant = spelling.nearest(word.text, self._spelt.get(word.text[0], ()))
            others |= {known[text] for text in meant}
        others = {other for other in others if other != number and self._documents.has(other)}
        rarity = self._documents.rarity(number)
        if others and not self._documents.has(number):
            rarity = min(self._documents.rarity(other) for other in others)
        return Term(number, rarity, frozenset(others))

    def _read_aloud(self, question: str) -> list[Word]:
        """Return the nouns that ``question`` writes in hiragana: そうりょう is 送料.

        The analyser guesses wrong there (へんぴん becomes 辺鄙); what this index has is likelier.
        """
        if self._language != "ja":
            return []
        found = []
        for run in words.kana_runs(question):
            start = 0
            while start < len(run):
                reading = self._reading_at(run, start)
                if reading:
                    found.append(Word(self._lexicon.readings[reading]))
                start += len(reading) or 1
        return found

    def _reading_at(self, run: str, start: int) -> str:
        """Return the longest reading of a known noun that begins here, or nothing."""
        for end in range(len(run), start + _SHORTEST_READING - 1, -1):
            if run[start:end] in self._lexicon.readings:
                return run[start:end]
        return ""

    def _group_members(self) -> dict[int, set[int]]:
        members: dict[int, set[int]] = {}
        for word, groups in list(self._lexicon.groups.items()):
            for group in groups:
                members.setdefault(group, set()).add(word)
        return members

    def _by_first_letter(self) -> dict[str, list[str]]:
        """Return this index's own words in Latin letters, where misspelt ones are looked up.

        A copy: the next index may be learning words into the lexicon at this moment.
        """
        spelt: dict[str, list[str]] = {}
        for text, number in list(self._lexicon.words.items()):
            if text.isascii() and self._documents.has(number):
                spelt.setdefault(text[0], []).append(text)
        return spelt

    def _by_word(self, lines: Iterable[Sequence[str]]) -> dict[str, list[_Synonym]]:
        """Return for each word the phrases it is in, and all words of the lines they are on."""
        found: dict[str, list[_Synonym]] = {}
        for line in lines:
            phrases = [self._content(phrase) for phrase in line]
            meaning = frozenset(text for phrase in phrases for text in phrase)
            for phrase in phrases:
                for text in phrase:
                    found.setdefault(text, []).append(_Synonym(phrase, meaning))
        return found

    def _content(self, phrase: str) -> frozenset[str]:
        return frozenset(word.text for word in words.words(phrase, self._language))
