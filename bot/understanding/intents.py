"""The classifier of intents: learns from examples, ranks a message, says when it is unsure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bot.understanding import linear, romaji
from bot.understanding.features import Space
from bot.understanding.language import script
from bot.understanding.linear import Beside, Fitted
from bot.understanding.words import Families, families, spelt_as

# The setting people see: of the questions the bot knows, this share may be bounced as not
# understood. The threshold follows from it, by cross-validation on the examples.
MAY_BOUNCE = 0.05

# What the intents must stand out against: what else a shop is asked, and what no shop is asked.
# They rank as intents, as Rasa has it, but nobody acts on being confident of them.
BACKGROUND = "ask_faq"
OUT_OF_SCOPE = "out_of_scope"
_BESIDE = (BACKGROUND, OUT_OF_SCOPE)

Examples = Sequence[tuple[str, str]]


class TooFewIntents(ValueError):
    """There is nothing to tell apart: fewer than two intents with examples."""


@dataclass(frozen=True)
class Reading:
    """What the classifier made of one message: intents with the chance of each, best first."""

    ranking: tuple[tuple[str, float], ...]
    known: float  # how much it looks like what was learned; higher is surer, no fixed scale
    confident: bool


@dataclass
class ScriptModel:
    """What was learned from the examples in one script."""

    intents: list[str]
    space: Space
    fitted: Fitted
    threshold: float
    curve: tuple[float, float]

    @classmethod
    def learned(cls, examples: Examples, language: str, may_bounce: float) -> "ScriptModel":
        """Learn from (text, intent) pairs with at least two intents."""
        intents = sorted({intent for _, intent in examples})
        place = {intent: number for number, intent in enumerate(intents)}
        numbers = np.array([place[intent] for _, intent in examples])
        messages = [families(text) for text, _ in examples]
        space = Space.of(messages)
        counts = space.counts(messages)
        beside = _beside(intents)
        scores, right = linear.held_out(messages, counts, numbers, space, language, beside)
        threshold = float(np.quantile(scores, may_bounce)) if len(scores) else -np.inf
        fitted = Fitted.to(counts, numbers, space, language)
        return cls(intents, space, fitted, threshold, linear.sureness(scores, right))

    def read(self, text: str) -> Reading:
        """Rank the intents for `text`."""
        message = self._spelt(families(text))
        beside = _beside(self.intents)
        values, known = self.fitted.decide(self.space.counts([message]), beside)
        covered = linear.coverage(message, self.space.columns.get("w", {}))
        score = float(known[0]) + linear.COVERAGE_SHARE * covered
        ranking = self._ranking(values[0], score)
        confident = score >= self.threshold and ranking[0][0] not in _BESIDE
        return Reading(ranking, score, confident)

    def _spelt(self, message: Families) -> Families:
        """Return the message with words that are one letter from a learned one spelt like it."""
        return spelt_as(self._by_first_letter, message) if self._by_first_letter else message

    @cached_property
    def _by_first_letter(self) -> dict[str, set[str]]:
        """The learned words in Latin letters; none for Japanese, where readings do that service."""
        found: dict[str, set[str]] = {}
        if "r" not in self.space.columns:
            for word in self.space.columns.get("w", {}):
                if word.isascii() and word.isalpha():
                    found.setdefault(word[0], set()).add(word)
        return found

    def _ranking(self, values: np.ndarray, score: float) -> tuple[tuple[str, float], ...]:
        """Give the best intent the chance that it is right; the others share the rest."""
        slope, offset = self.curve
        chance = float(1 / (1 + np.exp(-(slope * score + offset))))
        order = np.argsort(-values, kind="stable")
        if self.intents[order[0]] in _BESIDE:
            chance = 1 - chance  # the curve speaks of the best intent beside it
        rest = np.exp(2 * (values[order[1:]] - values[order[0]]))
        rest *= min((1 - chance) / rest.sum(), chance / rest.max())
        chances = [chance, *map(float, rest)]
        return tuple((self.intents[i], c) for i, c in zip(order, chances, strict=True))


@dataclass
class Classifier:
    """One model for each script that has examples of two intents or more."""

    models: dict[str, ScriptModel]

    @classmethod
    def learned(cls, examples: Examples, may_bounce: float = MAY_BOUNCE) -> "Classifier":
        """Learn from (text, intent) pairs in any mix of the two languages.

        `may_bounce` is the share (0 to 1) of known questions that may be called not understood.
        Examples in a script with a single intent are learned with the others. Raises
        TooFewIntents.
        """
        groups: dict[str, list[tuple[str, str]]] = {"ja": [], "en": []}
        for typed, intent in examples:
            text = romaji.kana(typed) or typed
            groups[script(text)].append((text, intent))
        if any(_too_few(group) for group in groups.values()):
            main = max(groups, key=lambda name: len(groups[name]))
            groups = {main: list(examples)}
        if all(_too_few(group) for group in groups.values()):
            raise TooFewIntents
        return cls({n: ScriptModel.learned(g, n, may_bounce) for n, g in groups.items()})

    def read(self, text: str) -> Reading:
        """Rank the intents for `text` by the model that can read its script."""
        text = romaji.kana(text) or text
        model = self.models.get(script(text)) or next(iter(self.models.values()))
        return model.read(text)


def _too_few(examples: Examples) -> bool:
    return len({intent for _, intent in examples}) < 2


def _beside(intents: list[str]) -> Beside:
    foreign = intents.index(OUT_OF_SCOPE) if OUT_OF_SCOPE in intents else None
    return Beside(tuple(n for n, intent in enumerate(intents) if intent in _BESIDE), foreign)
