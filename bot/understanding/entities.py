"""What a message names: order numbers and e-mail addresses, in full or half width."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
# A long vowel or a typographic dash between letters and digits is meant as a hyphen.
_DASH = re.compile(r"(?<=[A-Za-z0-9])[ー‐‑–—−](?=[A-Za-z0-9])")
# Digits that are something else: a date, a phone number, a postcode, an amount, a count.
_NOT_AN_ORDER = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}"
    r"|(?<![\w-])\+?0\d{1,4}-\d{1,4}-\d{3,4}(?![\w-])|(?<![\w-])0\d{9,10}(?![\w-])"
    r"|〒\s*\d{3}-?\d{4}|(?<![\w-])\d{3}-\d{4}(?![\w-])"
    r"|[¥$€]\s*[\d,.]+|(?<![\w-])\d+(?:[.,]\d+)*\s*"
    r"(?:円|年|月|日|時|分|秒|個|本|枚|袋|箱|点|つ|%|yen\b|jpy\b|k?g\b|m?l\b|cm\b|mm\b|days?\b|hours?\b|pm\b|am\b)",
    re.IGNORECASE,
)
_WORD = r"(?P<value>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)"
_END = r"(?![A-Za-z0-9@])"
# After such words any token with a digit is meant as an order number …
_LABELLED = re.compile(
    r"(?:(?:ご?注文|受注|オーダー)(?:の?番号|\s*No\.?|\s*ID)|order\s*(?:number|no\.?|id)|#)"
    r"\s*(?:は|が|:|is\b|=|#)?\s*" + _WORD + _END,
    re.IGNORECASE,
)
# … elsewhere only what looks like one: letters then digits, or four digits and more.
_BARE = re.compile(
    r"(?<![A-Za-z0-9._@/-])(?P<value>[A-Za-z]{1,10}[-_.]?\d{2,}(?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
    r"|\d{4,}(?:-[A-Za-z0-9]+)*)" + _END
)


@dataclass(frozen=True)
class Entity:
    """Something named in a message; `start` and `end` are places in the text as it was typed."""

    name: str
    value: str
    start: int
    end: int


def extract(text: str) -> tuple[Entity, ...]:
    """Return the entities of `text` in their order; each value once."""
    plain = _DASH.sub("-", "".join(map(_narrow, text)))
    found = list(_emails(plain))
    for entity in found:
        plain = _blank(plain, entity.start, entity.end)
    found += _order_numbers(plain)
    first = {(entity.name, entity.value.upper()): entity for entity in reversed(found)}
    return tuple(sorted(first.values(), key=lambda entity: entity.start))


def _narrow(character: str) -> str:
    """Return the character in its usual width, if that is one character: places stay the same."""
    usual = unicodedata.normalize("NFKC", character)
    return usual if len(usual) == 1 else character


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]


def _emails(text: str) -> Iterator[Entity]:
    for found in _EMAIL.finditer(text):
        yield Entity("email", found[0].lower(), *found.span())


def _order_numbers(text: str) -> Iterator[Entity]:
    for found in _LABELLED.finditer(text):
        if any(character.isdigit() for character in found["value"]):
            yield Entity("order_number", found["value"], *found.span("value"))
            text = _blank(text, *found.span("value"))
    for other in _NOT_AN_ORDER.finditer(text):
        text = _blank(text, *other.span())
    for found in _BARE.finditer(text):
        yield Entity("order_number", found["value"], *found.span("value"))
