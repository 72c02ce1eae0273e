"""Understanding a message: what it wants, what it names, in which language. No Django here."""

import json
import logging
import re
import threading
from dataclasses import dataclass

from bot.understanding import entities, language, rasa_files, store
from bot.understanding.clauses import read
from bot.understanding.entities import Entity
from bot.understanding.intents import MAY_BOUNCE, Classifier
from bot.understanding.language import Language

log = logging.getLogger(__name__)

_PAYLOAD = re.compile(r"/(?P<intent>\w+)\s*(?P<slots>\{.*\})?", re.DOTALL)
_LOCK = threading.Lock()
_kept: list[Classifier] = []


class NotAPayload(ValueError):
    """What was pressed is not of the form `/intent{"slot": "value"}`."""


@dataclass(frozen=True)
class Meaning:
    """What was understood of one message."""

    text: str
    language: Language
    intent: str
    confidence: float  # the chance, 0 to 1, that the intent is right
    confident: bool  # whether to act on it: see intents.MAY_BOUNCE
    ranking: tuple[tuple[str, float], ...]  # all intents with their chances, best first
    entities: tuple[Entity, ...] = ()
    known: float = 0.0  # how much it looks like what was learned; no fixed scale
    pressed: bool = False  # a button, not typed

    def value(self, entity: str) -> str | None:
        """Return the first value named for `entity`, if any."""
        return next((one.value for one in self.entities if one.name == entity), None)


def understand(text: str, default: Language = "ja", by: Classifier | None = None) -> Meaning:
    """Say what `text` means; `default` is the conversation's language, for texts that show none.

    `by` is the shop's classifier unless another is measured. Takes about a millisecond, but is no
    work for the event loop. A text without a letter or a digit (empty, emoji) means nothing that
    one could be confident of.
    """
    reading = read(text, by or classifier())
    intent, confidence = reading.ranking[0]
    return Meaning(
        text=text,
        language=language.detect(text, default),
        intent=intent,
        confidence=confidence,
        confident=reading.confident and any(map(str.isalnum, text)),
        ranking=reading.ranking,
        entities=entities.extract(text),
        known=reading.known,
    )


def pressed(payload: str, spoken: Language = "ja") -> Meaning:
    """Say what a pressed button means: its payload names intent and slots, as Rasa writes them.

    Raises NotAPayload.
    """
    found = _PAYLOAD.fullmatch(payload.strip())
    if not found:
        raise NotAPayload(payload)
    try:
        slots = json.loads(found["slots"] or "{}")
    except ValueError as error:
        raise NotAPayload(payload) from error
    named = tuple(Entity(name, str(value), 0, 0) for name, value in slots.items())
    intent = found["intent"]
    ranking = ((intent, 1.0),)
    return Meaning(payload, spoken, intent, 1.0, True, ranking, named, pressed=True)


def payload(intent: str, **slots: str) -> str:
    """Return the payload of a button that means `intent` and names `slots`."""
    return f"/{intent}" + (json.dumps(slots, ensure_ascii=False) if slots else "")


def classifier() -> Classifier:
    """Return the shop's classifier: from its file if that is fresh, else trained now and kept."""
    if not _kept:
        with _LOCK:
            if not _kept:
                _kept.append(_from_file() or train())
    return _kept[0]


def _from_file() -> Classifier | None:
    try:
        return store.load(store.DEFAULT) if is_trained() else None
    except store.UNREADABLE:
        return None


def is_trained() -> bool:
    """Say whether the kept model is there and was made from today's examples and code."""
    return bool(_kept) or store.fingerprint_of(store.DEFAULT) == store.key(MAY_BOUNCE)


def train() -> Classifier:
    """Learn from the bot's examples and keep what was learned in a file, if that can be written."""
    pairs = [(example.text, example.intent) for example in rasa_files.examples()]
    learned = Classifier.learned(pairs, MAY_BOUNCE)
    try:
        store.save(learned, store.DEFAULT, store.key(MAY_BOUNCE))
    except OSError as error:
        log.warning("bot.model_not_kept", extra={"why": error.strerror})
    return learned
