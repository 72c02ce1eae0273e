"""A text -> the words and character grams it is found by, in Japanese and English.

Japanese: SudachiPy in its shortest mode, normalised forms (付け替え = 付替え), NFKC, kana folded,
particles and polite endings left out. English: Snowball stems without stop words. DESIGN §9 has
the figures behind these choices.
"""

import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import snowballstemmer
import sudachipy

# Sudachi refuses more than 49,149 bytes at once.
_CHUNK = 8_000
_KATAKANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
_SPACES = re.compile(r"[\s\x00-\x1f\u200b-\u200f\u2060\ufeff]+")
_ENGLISH_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_EMAIL = re.compile(r"\be-mail")
_WHERES = re.compile(r"\b(where|when|what|how|who|that|there)s\b")
_GRAM_PIECE = re.compile(r"[^\W_]+|ー+")
_KANA_RUN = re.compile(r"[ぁ-ゖー]{3,}")
_HIRAGANA = re.compile(r"[ぁ-ゖー]+")

# Parts of speech that never carry what a question is about.
_EMPTY_JA = frozenset({"助詞", "助動詞", "補助記号", "空白", "記号", "接続詞", "感動詞", "接頭辞"})


@dataclass(frozen=True)
class Word:
    """One word a text is about, its synonym groups by number, and how a Japanese noun is read."""

    text: str
    groups: tuple[int, ...] = ()
    reading: str = ""


def normalise(text: str) -> str:
    """Return ``text`` in NFKC and lower case with single spaces (ｷｬﾝｾﾙ -> キャンセル)."""
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", text).lower()).strip()


def squeeze(text: str) -> str:
    """Return ``text`` normalised, kana folded and without spaces: what substrings are sought in."""
    return normalise(text).replace(" ", "").translate(_KATAKANA)


def words(text: str, language: str) -> list[Word]:
    """Return the words ``text`` is about, in order; ``language`` is "ja" or "en"."""
    plain = normalise(text)
    return list(_japanese(plain) if language == "ja" else _english(plain))


def grams(text: str, language: str) -> list[str]:
    """Return character grams: pairs in Japanese, three and four letters of stems in English.

    Pairs of two hiragana say nothing and are left out.
    """
    if language == "ja":
        return [pair for pair in _pairs(normalise(text)) if not _HIRAGANA.fullmatch(pair)]
    return [gram for word in words(text, language) for gram in _letters(word.text)]


def kana_runs(text: str) -> list[str]:
    """Return the stretches of ``text`` in hiragana only that are long enough to be words."""
    return _KANA_RUN.findall(normalise(text))


def _pairs(plain: str) -> Iterator[str]:
    for piece in _GRAM_PIECE.findall(plain):
        for start in range(len(piece) - 1):
            yield piece[start : start + 2]


def _letters(stem: str) -> Iterator[str]:
    padded = f"<{stem}>"
    for size in (3, 4):
        for start in range(len(padded) - size + 1):
            yield padded[start : start + size]


def _japanese(plain: str) -> Iterator[Word]:
    stop = _stop_words("ja")
    for start in range(0, len(plain), _CHUNK):
        for found in _tokenizer().tokenize(plain[start : start + _CHUNK]):
            if found.part_of_speech()[0] in _EMPTY_JA:
                continue
            text = found.normalized_form().lower()
            folded = text.translate(_KATAKANA)
            if stop.isdisjoint((text, folded)):
                noun = found.part_of_speech()[0] == "名詞"
                reading = found.reading_form().translate(_KATAKANA) if noun else ""
                yield Word(folded, tuple(found.synonym_group_ids()), reading)


def _english(plain: str) -> Iterator[Word]:
    stop = _stop_words("en")
    plain = _WHERES.sub(r"\1", _EMAIL.sub("email", plain))
    for found in _ENGLISH_WORD.findall(plain):
        text = found.replace("’", "'").removesuffix("'s").replace("'", "")
        if text not in stop:
            yield Word(_stem(text))


@cache
def _stop_words(language: str) -> frozenset[str]:
    """Return the words that every question is full of; Japanese ones as Sudachi normalises them."""
    file = Path(__file__).with_name(f"stop_words.{language}.txt")
    return frozenset(file.read_text("utf-8").split())


@cache
def synonyms(language: str) -> tuple[tuple[str, ...], ...]:
    """Return what every shop's customers say for the same thing; editors add their own."""
    file = Path(__file__).with_name(f"synonyms.{language}.txt")
    lines = file.read_text("utf-8").splitlines()
    return tuple(tuple(part.strip() for part in re.split("[,、]", line)) for line in lines)


_of_thread = threading.local()


@cache
def _dictionary() -> sudachipy.Dictionary:
    return sudachipy.Dictionary(dict="core")


def _tokenizer() -> sudachipy.Tokenizer:
    """Return this thread's tokenizer: one must not be used by two threads at once."""
    if not hasattr(_of_thread, "tokenizer"):
        _of_thread.tokenizer = _dictionary().tokenizer(mode=sudachipy.SplitMode.A)
    tokenizer: sudachipy.Tokenizer = _of_thread.tokenizer
    return tokenizer


def _stem(word: str) -> str:
    if not hasattr(_of_thread, "stems"):
        _of_thread.stemmer, _of_thread.stems = snowballstemmer.stemmer("english"), {}
    if word not in _of_thread.stems:
        if len(_of_thread.stems) > 50_000:
            _of_thread.stems.clear()
        _of_thread.stems[word] = _of_thread.stemmer.stemWord(word)
    stem: str = _of_thread.stems[word]
    return stem
