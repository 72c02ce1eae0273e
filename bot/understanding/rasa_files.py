"""Reading the bot's Rasa files: domain.yml, and examples and rules under data/."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.understanding.language import Language, script

BOT = Path(__file__).resolve().parent.parent
_ANNOTATION = re.compile(r"\[(?P<words>[^\]]+)\](?:\([^)]+\)|\{[^}]+\})")
_LEAVE_FORM = "action_deactivate_loop"
_WAIT = "action_listen"


class BadRasaFile(ValueError):
    """A file is not what Rasa's format says; the message names the file and what is wrong."""


@dataclass(frozen=True)
class Example:
    """One thing a customer might type, and the intent it stands for."""

    text: str
    intent: str


@dataclass(frozen=True)
class Response:
    """What the bot says in one language; `{slot}` in the text is filled in by who says it."""

    text: str
    buttons: tuple[Mapping[str, str], ...] = ()
    custom: Mapping[str, Any] | None = None
    language: Language | None = None


@dataclass(frozen=True)
class Rule:
    """What follows from an intent, or, without one, from a form that is complete."""

    intent: str | None
    actions: tuple[str, ...]
    inside: str | None = None  # only while this form is active
    starts: str | None = None  # the form it begins
    ends: bool = False  # whether it ends the form


@dataclass(frozen=True)
class SlotMapping:
    """Where a slot's value comes from: an entity, or an intent while a form asks for the slot."""

    slot: str
    kind: str
    entity: str | None = None
    intents: tuple[str, ...] = ()
    value: Any = None
    asked_by: str | None = None


@dataclass(frozen=True)
class Domain:
    """What domain.yml declares."""

    intents: tuple[str, ...]
    entities: tuple[str, ...]
    actions: tuple[str, ...]
    slots: Mapping[str, tuple[SlotMapping, ...]]
    forms: Mapping[str, tuple[str, ...]]
    responses: Mapping[str, tuple[Response, ...]]
    raw: Mapping[str, Any] = field(repr=False)

    def response(self, name: str, language: str) -> Response:
        """Return what `name` says in `language`. Raises KeyError if there is no such response."""
        variants = self.responses[name]
        fitting = (one for one in variants if one.language in (language, None))
        return next(fitting, variants[0])


def _load(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadRasaFile(f"{path}: {error}") from error
    if not isinstance(content, dict):
        raise BadRasaFile(f"{path}: expected a mapping")
    return content


def data_files(folder: Path = BOT / "data") -> list[Path]:
    """Return the training files under `folder`, in a stable order."""
    return sorted(folder.rglob("*.yml"))


def examples(folder: Path = BOT / "data") -> list[Example]:
    """Return all training examples under `folder`, entity marks taken out."""
    found = [example for path in data_files(folder) for example in _examples_in(path)]
    if not found:
        raise BadRasaFile(f"{folder}: no training examples")
    return found


def _examples_in(path: Path) -> Iterator[Example]:
    for block in _load(path).get("nlu") or ():
        if "intent" not in block:
            continue
        lines = block.get("examples") or ""
        texts = lines.splitlines() if isinstance(lines, str) else [one["text"] for one in lines]
        for text in texts:
            words = _ANNOTATION.sub(r"\g<words>", text.strip().removeprefix("-").strip())
            if words:
                yield Example(words, block["intent"])


@cache
def plainest(intent: str, language: str) -> str | None:
    """Return the first example of `intent` in `language`: its plainest wording."""
    own = (one.text for one in examples() if one.intent == intent and script(one.text) == language)
    return next(own, None)


@cache
def rules(folder: Path = BOT / "data") -> tuple[Rule, ...]:
    """Return the rules under `folder`."""
    blocks = [block for path in data_files(folder) for block in _load(path).get("rules") or ()]
    return tuple(_rule(block) for block in blocks)


def _rule(block: Mapping[str, Any]) -> Rule:
    steps = block["steps"]
    loops = [step["active_loop"] for step in steps if "active_loop" in step]
    starts = next((loop for loop in loops if loop), None)
    intent = next((step["intent"] for step in steps if "intent" in step), None)
    conditions = block.get("condition") or ()
    inside = next((one["active_loop"] for one in conditions if "active_loop" in one), None)
    skipped = {_LEAVE_FORM, _WAIT, starts, inside}
    actions = tuple(s["action"] for s in steps if "action" in s and s["action"] not in skipped)
    return Rule(intent, actions, inside, starts, ends=None in loops)


@cache
def domain(path: Path = BOT / "domain.yml") -> Domain:
    """Return what the domain file declares."""
    raw = _load(path)
    try:
        return Domain(
            intents=tuple(_name(one) for one in raw["intents"]),
            entities=tuple(_name(one) for one in raw.get("entities") or ()),
            actions=tuple(_name(one) for one in raw.get("actions") or ()),
            slots={name: _mappings(name, slot) for name, slot in raw["slots"].items()},
            forms={name: tuple(form["required_slots"]) for name, form in raw["forms"].items()},
            responses={name: _variants(ways) for name, ways in raw["responses"].items()},
            raw=raw,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise BadRasaFile(f"{path}: {error!r}") from error


def _name(entry: str | Mapping[str, Any]) -> str:
    """Return the name of an intent, entity or action, which Rasa lets stand alone or with keys."""
    return entry if isinstance(entry, str) else next(iter(entry))


def _mappings(slot: str, declared: Mapping[str, Any]) -> tuple[SlotMapping, ...]:
    return tuple(_mapping(slot, one) for one in declared.get("mappings") or ())


def _mapping(slot: str, one: Mapping[str, Any]) -> SlotMapping:
    intents = one.get("intent") or ()
    conditions = one.get("conditions") or ()
    return SlotMapping(
        slot=slot,
        kind=one["type"],
        entity=one.get("entity"),
        intents=(intents,) if isinstance(intents, str) else tuple(intents),
        value=one.get("value"),
        asked_by=next((condition["active_loop"] for condition in conditions), None),
    )


def _variants(ways: list[Mapping[str, Any]]) -> tuple[Response, ...]:
    return tuple(
        Response(
            text=way.get("text", ""),
            buttons=tuple(way.get("buttons") or ()),
            custom=way.get("custom"),
            language=next(
                (c["value"] for c in way.get("condition") or () if c["name"] == "language"), None
            ),
        )
        for way in ways
    )
