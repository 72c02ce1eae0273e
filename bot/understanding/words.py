"""From a message to what a model may count: letters, words, readings and what words mean."""

import re
import threading
import unicodedata
from collections.abc import Collection
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

import snowballstemmer
import yaml
from sudachipy import Dictionary, Morpheme, SplitMode, Tokenizer

from bot.understanding import shorthand
from bot.understanding.language import script
from portal import spelling

# Which order or phone number it is says nothing about what is wanted; that it is one does, and so
# does an amount or a count. Hence two stand-ins.
_CODE = re.compile(r"#?(?:[a-z]{1,4}[-_.]?)?\d(?:[-_.]?\d){3,}")
_COUNT = re.compile(r"\d+(?:[.,]\d+)*")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_MARKS = re.compile(r"[^\w\s]+")
_KANJI = re.compile(r"[㐀-鿿々]")
_SHORTEST_SOUND = 3
_SKIPPED_PARTS = {"補助記号", "空白"}
_THREAD = threading.local()

Families = dict[str, list[str]]


def fold(text: str) -> str:
    """Return `text` in one width and case, with each number and address made the same."""
    text = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    text = _CODE.sub(" 00000 ", _EMAIL.sub(" @ ", text))
    text = _COUNT.sub(lambda found: "00000" if found[0] == "00000" else "0", text)
    return " ".join(text.split())


def wording(text: str) -> str:
    """Return what is left of `text` when slots, width, case and punctuation no longer count.

    Two training examples with the same wording are one example.
    """
    return " ".join(_MARKS.sub(" ", fold(text).replace("@", "addr")).split())


def families(text: str) -> Families:
    """Return the features of `text` by family; each family is weighed apart.

    c: n-grams of letters (katakana as hiragana), w: words with their neighbours, s: what the words
    mean (groups of synonyms), and for Japanese r: n-grams of the reading: へんぴん meets 返品.
    """
    return _japanese(fold(text)) if script(text) == "ja" else _english(fold(text))


def _grams(text: str, low: int, high: int) -> list[str]:
    return [text[i : i + n] for n in range(low, high + 1) for i in range(len(text) - n + 1)]


def _with_neighbours(words: list[str]) -> list[str]:
    """Return words and pairs of neighbours, the ends of the message counting as words."""
    row = ["^", *words, "$"]
    return words + [f"{left} {right}" for left, right in pairwise(row)]


def _english(folded: str) -> Families:
    plain = shorthand.spelled_out(folded)
    stems = [_stem(word) for word in re.findall(r"\w+", plain)]
    letters = [gram for token in plain.split() for gram in _grams(f" {token} ", 2, 5)]
    return {"c": letters, "w": _with_neighbours(stems), "s": _meanings(stems)}


def spelt_as(learned: dict[str, set[str]], message: Families) -> Families:
    """Return the features of an English message, its misspelt words as the learned ones.

    `learned` lists stems by first letter. What the letters are stays as it was typed.
    """
    typed = [word for word in message["w"] if " " not in word]
    stems = [_nearest(word, learned.get(word[0], ())) for word in typed]
    if stems == typed:
        return message
    return message | {"w": _with_neighbours(stems), "s": _meanings(stems)}


def _nearest(word: str, learned: Collection[str]) -> str:
    near = () if word in learned else spelling.nearest(word, learned)
    return min(near, default=word)


def _meanings(stems: list[str]) -> list[str]:
    groups = shop_words()
    return [group for stem in stems if (group := groups.get(stem))]


def _japanese(folded: str) -> Families:
    parts = [m for m in _tokens(folded) if m.part_of_speech()[0] not in _SKIPPED_PARTS]
    letters = _hiragana(re.sub(r"[^\w]+", "", folded))
    reading = _reading(parts)
    groups = [f"g{group}" for part in parts for group in part.synonym_group_ids()]
    return {
        "c": _grams(f"^{letters}$", 1, 3),
        "w": _with_neighbours([part.normalized_form() for part in parts]),
        "s": groups + _topics(letters, reading),
        "r": _grams(f"^{reading}$", 1, 3),
    }


def _topics(letters: str, reading: str) -> list[str]:
    """Return the groups of shop_words.ja.yml that a message names, by its letters or its sound."""
    return [
        group
        for group, words in _japanese_words().items()
        if any(word in letters or (sound and sound in reading) for word, sound in words)
    ]


@cache
def _japanese_words() -> dict[str, list[tuple[str, str]]]:
    """Return the words of each group with their readings; a short one is in any word by chance."""
    found = {}
    for group, words in _groups("shop_words.ja.yml").items():
        letters = [_hiragana(fold(str(word))) for word in words]
        sounds = [_reading(_tokens(fold(str(word)))) for word in words]
        long = [sound if len(sound) >= _SHORTEST_SOUND else "" for sound in sounds]
        found[f"#{group}"] = list(zip(letters, long, strict=True))
    return found


def _reading(parts: list[Morpheme]) -> str:
    return "".join(_hiragana(_sound(part)) for part in parts)


def _tokens(text: str) -> list[Morpheme]:
    """Cut Japanese text; a tokenizer serves one thread at a time, so each thread has its own."""
    if not hasattr(_THREAD, "tokenizer"):
        _THREAD.tokenizer = _new_tokenizer()
    return list(_THREAD.tokenizer.tokenize(text))


def _new_tokenizer() -> Tokenizer:
    return _dictionary().tokenizer(mode=SplitMode.A)


@cache
def _dictionary() -> Dictionary:
    return Dictionary()


def _sound(part: Morpheme) -> str:
    return part.reading_form() if _KANJI.search(part.surface()) else part.surface()


def _hiragana(text: str) -> str:
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in text)


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    """Return the stem of an English word (Snowball). Each thread has its own stemmer."""
    if not hasattr(_THREAD, "stemmer"):
        _THREAD.stemmer = snowballstemmer.stemmer("english")
    return str(_THREAD.stemmer.stemWord(word))


@cache
def shop_words() -> dict[str, str]:
    """Return the group of each English stem in shop_words.yml."""
    groups = _groups("shop_words.yml")
    return {_stem(str(word)): f"#{name}" for name, words in groups.items() for word in words}


def _groups(name: str) -> dict[str, list[str]]:
    path = Path(__file__).with_name(name)
    groups: dict[str, list[str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return groups
