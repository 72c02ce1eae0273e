"""A message of several parts: the greeting before a question does not hide the question."""

import re

from bot.understanding.intents import BACKGROUND, OUT_OF_SCOPE, Classifier, Reading
from bot.understanding.language import script

PERSON = "talk_to_person"
PLEASANTRIES = frozenset({"greet", "thanks", "goodbye"})
# What stands beside a pleasantry without asking for anything.
_NO_MATTER = PLEASANTRIES | {"affirm", "deny", "bot_challenge"}

_PARTS = re.compile(r"[。！？!?、，,;\n]+|\.(?=\s|$)")
# Said in one breath with what follows: "hey I need a receipt".
_OPENING = re.compile(
    r"(?:hi|hello|hey)(?: there)?|good (?:morning|afternoon|evening)|thanks"
    r"|こんにち[はわ]|こんばん[はわ]|どうも",
    re.IGNORECASE,
)
# A rest that is no intent of ours is believed to be a question if it is long enough to be one.
_QUESTION = {"ja": 6, "en": 4}  # letters, words
_SURE = 0.9
_LIKELY = 0.75


def read(text: str, by: Classifier) -> Reading:
    """Return what `text` wants, pleasantries aside; a wish for a person anywhere in it wins."""
    whole = by.read(text)
    parts = _parts(text)
    if len(parts) < 2:
        return whole
    readings = [by.read(part) for part in parts]
    for reading in readings:
        if reading.confident and reading.ranking[0][0] == PERSON and reading.ranking[0][1] > _SURE:
            return reading
    if whole.ranking[0][0] not in PLEASANTRIES:
        return whole
    both = zip(parts, readings, strict=True)
    rest = " ".join(part for part, one in both if one.ranking[0][0] not in _NO_MATTER)
    return _question(rest, by) or whole


def _parts(text: str) -> list[str]:
    opening = _OPENING.match(text.strip())
    cut = text.find(" ", opening.end()) if opening else -1
    if opening and cut == opening.end():
        text = f"{text[:cut]},{text[cut:]}"
    return [part.strip() for part in _PARTS.split(text) if any(map(str.isalnum, part))]


def _question(rest: str, by: Classifier) -> Reading | None:
    """Return the reading of what is left beside the pleasantries, if it asks something."""
    if not rest:
        return None
    reading = by.read(rest)
    intent, chance = reading.ranking[0]
    size = len(rest) if script(rest) == "ja" else len(rest.split())
    if intent == OUT_OF_SCOPE and chance < _LIKELY:
        return None
    if intent in (BACKGROUND, OUT_OF_SCOPE):
        return reading if size >= _QUESTION[script(rest)] else None
    return reading if reading.confident else None
