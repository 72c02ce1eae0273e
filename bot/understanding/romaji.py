"""Japanese typed in Latin letters: "souryou wa ikura desu ka" is そうりょうはいくらですか."""

import re
import unicodedata
from functools import cache
from pathlib import Path

import yaml

_VOWELS = "aiueo"
_ROWS = {
    "": "あいうえお", "k": "かきくけこ", "s": "さしすせそ", "t": "たちつてと", "n": "なにぬねの",
    "h": "はひふへほ", "m": "まみむめも", "y": "や-ゆ-よ", "r": "らりるれろ", "w": "わ---を",
    "g": "がぎぐげご", "z": "ざじずぜぞ", "d": "だぢづでど", "b": "ばびぶべぼ", "p": "ぱぴぷぺぽ",
}  # fmt: skip
_HEPBURN = {
    "shi": "し", "chi": "ち", "tsu": "つ", "fu": "ふ", "ji": "じ", "n'": "ん", "nn": "ん",
    "fa": "ふぁ", "fi": "ふぃ", "fe": "ふぇ", "fo": "ふぉ", "va": "ば", "vi": "び", "ve": "べ",
    "-": "ー",
}  # fmt: skip
_GLIDES = {"sh": "し", "ch": "ち", "j": "じ", "sy": "し", "ty": "ち", "jy": "じ", "zy": "じ"}
_Y_ROWS = "kgnhbpmr"
_MACRONS = str.maketrans({"ā": "aa", "ī": "ii", "ū": "uu", "ē": "ee", "ō": "ou"})
_TOKEN = re.compile(r"\S*\d\S*|[a-zāīūēō'-]*[a-zāīūēō]|[^\sa-zāīūēō]+|\s+")

# English has no words that end so.
_ENDING = re.compile(
    r".*(?:desu(?:ka|yo|ne|kedo|ga)?|deshou|deshita|masu(?:ka|yo|ne)?|masen(?:ka)?|mashita(?:ka)?"
    r"|mashou|mashite|kudasai|nai(?:n?desu)?(?:ka)?|shitai|[aiueo]tai(?:desu)?|[st]teru|shita"
    r"|nakatta|gozaimasu|gozaimashita|shimasu|itadakemasu(?:ka)?)"
)
_PARTICLES = {"wa": "は", "wo": "を", "o": "を", "e": "へ"}


@cache
def _syllables() -> dict[str, str]:
    found = {"n": "ん", **_HEPBURN}
    for consonant, row in _ROWS.items():
        found |= {consonant + v: kana for v, kana in zip(_VOWELS, row, strict=True) if kana != "-"}
    glides = _GLIDES | {c + "y": _ROWS[c][1] for c in _Y_ROWS}
    for letters, kana in glides.items():
        found |= {letters + v: kana + small for v, small in zip("auo", "ゃゅょ", strict=True)}
    return found


def kana(text: str) -> str | None:
    """Return `text` in hiragana if it is Japanese in Latin letters, else None.

    It is if one of its words is Japanese beyond doubt and most can be read in syllables. Numbers,
    marks and the words that cannot be read stay.
    """
    plain = unicodedata.normalize("NFKC", text).lower().replace("’", "'").translate(_MACRONS)
    tokens = _TOKEN.findall(plain)
    words = [token for token in tokens if token.isascii() and token.strip("'-").isalpha()]
    if not _is_marked(words):
        return None
    read = {word: _PARTICLES.get(word) or _read(word) for word in words}
    if sum(read[word] is not None for word in words) * 2 <= len(words):
        return None
    return "".join(read.get(token) or token for token in tokens if not token.isspace())


def _is_marked(words: list[str]) -> bool:
    clear, faint = _markers()
    if any(word in clear or _ENDING.fullmatch(word) for word in words):
        return True
    hints = sum(word in faint for word in words)
    return hints >= 2 or hints == len(words) == 1


@cache
def _markers() -> tuple[frozenset[str], frozenset[str]]:
    """Return the words of romaji.yml: those that are Japanese beyond doubt, and the others."""
    words = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text("utf-8"))
    return frozenset(words["clear"]), frozenset(words["faint"])


def _read(word: str) -> str | None:
    """Return a word in hiragana; None if its letters make no syllables."""
    kana, at = "", 0
    while at < len(word):
        doubled = word[at] == word[at + 1 : at + 2] and word[at] not in "aiueon'-"
        if doubled or word[at : at + 3] == "tch":
            kana, at = kana + "っ", at + 1
            continue
        size = next((n for n in (3, 2, 1) if word[at : at + n] in _syllables()), 0)
        # "nn" before a vowel is ん and the vowel's row: "konna" is こんな.
        if word[at : at + 2] == "nn" and word[at + 2 : at + 3] in tuple("aiueoy"):
            size = 1
        if not size:
            return None
        kana, at = kana + _syllables()[word[at : at + size]], at + size
    return kana
