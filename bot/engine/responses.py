"""What the bot says: the `responses` of domain.yml, which the SDK does not render, as messages.

One turn gives one message: whatever is uttered in it is joined, and its text is never empty.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from bot.understanding import rasa_files


@dataclass
class Utterance:
    """One bot message: what it says, what it offers, and where the answer came from."""

    text: str
    parts: list[dict[str, Any]] = field(default_factory=list)
    source: str = ""


class _Slots(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return ""


def render(name: str, slots: Mapping[str, Any]) -> dict[str, Any]:
    """Return the response called ``name`` in the slots' language, as the SDK writes messages.

    Raises KeyError if domain.yml has no such response.
    """
    response = rasa_files.domain().response(name, str(slots.get("language") or "ja"))
    known = _Slots({slot: value for slot, value in slots.items() if value is not None})
    return {
        "text": response.text.format_map(known),
        "buttons": [dict(button) for button in response.buttons],
        "custom": dict(response.custom or {}),
    }


def rendered(message: Mapping[str, Any], slots: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in the response a message names; the action's own buttons come after, as in Rasa."""
    name = message.get("response")
    if not name:
        return dict(message)
    template = render(str(name), {**slots, **message})
    buttons = [*template["buttons"], *(message.get("buttons") or ())]
    custom = message.get("custom") or template["custom"]
    return {**message, "text": template["text"], "buttons": buttons, "custom": custom}


def joined(messages: Iterable[Mapping[str, Any]], language: str) -> Utterance:
    """Join what was uttered in one turn: texts by line, cards and links as said, buttons last."""
    said = list(messages)
    parts = [dict(m["custom"]) for m in said if m.get("custom")]
    # Offered twice is offered once.
    buttons = {b["payload"]: _button(b) for m in said for b in m.get("buttons") or ()}
    if buttons:
        parts.append({"type": "buttons", "buttons": list(buttons.values())})
    text = "\n".join(t for m in said if (t := str(m.get("text") or "").strip()))
    source = next((str(m["source"]) for m in said if m.get("source")), "")
    return Utterance(text or _wordless(language), parts, source)


def _button(button: Mapping[str, Any]) -> dict[str, str]:
    return {"title": str(button["title"]), "payload": str(button["payload"])}


def _wordless(language: str) -> str:
    with translation.override(language):
        return _("Please have a look:")
