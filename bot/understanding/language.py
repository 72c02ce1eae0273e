"""Which of the shop's two languages a message is written in."""

import re
from typing import Literal

from bot.understanding import romaji

Language = Literal["ja", "en"]

_JAPANESE = re.compile(r"[぀-ヿ㐀-鿿々ｦ-ﾟ]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}(?:'[a-z]+)?")
_CODE = re.compile(r"\S*[\d@]\S*")

# Said in both languages, so they say nothing about which one it is.
_SHARED = {"ok", "hello", "thanks", "thx", "no", "yes", "faq", "id", "url", "paypay", "paypal"}


def script(text: str) -> Language:
    """Say which model can read `text`: "ja" if it holds any kana or kanji, else "en"."""
    return "ja" if _JAPANESE.search(text) else "en"


def detect(text: str, default: Language = "ja") -> Language:
    """Say which language to answer `text` in.

    `default` is the language of the conversation; it decides where the message does not: order
    numbers, addresses, emoji, a lone "OK". A few Japanese words in an English sentence (the name
    of a tea) leave it English: there must be more Latin letters than four for every Japanese one.
    Japanese in Latin letters is Japanese; a lone word of it ("arigatou") many say in English too.
    """
    plain = _CODE.sub(" ", text)
    words = _LATIN_WORD.findall(plain)
    japanese = len(_JAPANESE.findall(plain))
    if japanese:
        return "en" if sum(map(len, words)) > 4 * japanese else "ja"
    if romaji.kana(text):
        return "ja" if len(words) > 1 else default
    if not words or (len(words) == 1 and words[0].lower() in _SHARED):
        return default
    return "en"
