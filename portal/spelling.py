"""Slips of the finger: a word nobody wrote -> the known words one letter away."""

from collections.abc import Iterable

# In shorter words one letter more or less is another word (tea, tax).
_SHORTEST = 5


def nearest(word: str, known: Iterable[str]) -> set[str]:
    """Return the words of ``known`` that are one letter away from ``word`` (a to z only).

    One letter added, left out, changed, or two neighbours swapped; the first letter is right, so
    ``known`` need hold no words that begin with another.
    """
    if len(word) < _SHORTEST or not (word.isascii() and word.isalpha()):
        return set()
    return {
        other
        for other in known
        if abs(len(other) - len(word)) <= 1 and other[0] == word[0] and _one_away(word, other)
    }


def _one_away(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    at = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    swapped = short[at + 1 : at + 2] + short[at : at + 1]
    return short[at + 1 :] == long[at + 1 :] or swapped + short[at + 2 :] == long[at:]
