"""One turn of the bot: what policy decides, which actions run, and what comes of it.

Knows no row: it gets what the conversation knows and returns what it knows afterwards.
"""

from dataclasses import dataclass, field
from typing import Any

from django.utils import translation

from bot import policy
from bot.engine import actions, responses
from bot.engine.responses import Utterance
from bot.understanding import rasa_files
from bot.understanding.meaning import Meaning
from cms.answers import Answer
from portal.shop import services as shop

VALIDATE = "validate_"
SESSION_START = "action_session_start"
# A form that asks, validates and asks again within one turn would be a fault of its rules.
_STEPS_AT_MOST = 8


@dataclass
class Known:
    """What a conversation knows: before a turn, and changed by it."""

    sender: str
    language: str
    slots: dict[str, Any] = field(default_factory=dict)
    form: str | None = None
    misses: int = 0
    offered: tuple[str, ...] = ()


@dataclass(frozen=True)
class Heard:
    """What was understood of a message: its meaning, and the FAQ pages that may answer it."""

    meaning: Meaning
    answers: tuple[Answer, ...] = ()

    @property
    def is_answered(self) -> bool:
        """Whether an FAQ page answers it, confidently."""
        return bool(self.answers) and self.answers[0].confident

    @property
    def is_certain(self) -> bool:
        """Whether it is nearly word for word what an FAQ page answers."""
        return bool(self.answers) and self.answers[0].certain


@dataclass
class Reply:
    """What comes of a turn: one message, and why a person is wanted, if one is."""

    utterance: Utterance
    hand_over: str | None = None


class Turn:
    """Runs one step of the policy, action by action."""

    def __init__(self, known: Known, heard: Heard | None = None) -> None:
        self.known, self.heard = known, heard
        self.messages: list[dict[str, Any]] = []
        self.paused = False
        self._left = _STEPS_AT_MOST

    def take(self) -> Reply:
        """Decide and act; ``known`` is as it is after the turn."""
        assert self.heard is not None
        known, meaning = self.known, self.heard.meaning
        if known.slots.get("language") != meaning.language:
            # What a session starts with is said in its language: the shop's name.
            known.slots["language"] = meaning.language
            self.run(SESSION_START)
        known.language = meaning.language
        step = policy.decide(self._state(), meaning)
        known.misses = step.misses
        self._follow(step)
        utterance = responses.joined(self.messages, known.language)
        utterance.source = utterance.source or step.reason
        return Reply(utterance, step.reason if self.paused else None)

    def _state(self) -> policy.State:
        assert self.heard is not None
        known, heard = self.known, self.heard
        return policy.State(
            slots=known.slots,
            form=known.form,
            misses=known.misses,
            offered=known.offered,
            has_answer=heard.is_answered,
            certain=heard.is_certain,
            has_page=bool(heard.answers) and heard.answers[0].possible,
        )

    def _follow(self, step: policy.Step) -> None:
        self.known.slots.update(step.slots)
        self.known.form = step.form
        for name in step.actions:
            if name in rasa_files.domain().forms:
                self._go_on_in(name, step)
            else:
                self.run(name)

    def _go_on_in(self, form: str, step: policy.Step) -> None:
        """Validate what the form has been told, then ask its next question or finish it."""
        required = rasa_files.domain().forms[form]
        told = {slot: self.known.slots[slot] for slot in required if self._is_told(slot, step)}
        if told and actions.exists(VALIDATE + form):
            self.run(VALIDATE + form, told)
        self._left -= 1
        if self.known.form and self._left > 0:
            self._follow(policy.next_in_form(form, self.known.slots))

    def _is_told(self, slot: str, step: policy.Step) -> bool:
        """Tell whether a slot's value is new: said now, or known when the form begins."""
        begins = self.known.slots.get(policy.REQUESTED) is None
        return self.known.slots.get(slot) is not None and (slot in step.slots or begins)

    def run(self, name: str, told: dict[str, Any] | None = None) -> None:
        """Utter a response or run an action, and take over what it returns."""
        if name.startswith("utter_") and not actions.exists(name):
            self.messages.append(responses.render(name, self.known.slots))
            return
        events, said = actions.run(name, self._tracker(told or {}))
        for event in events:
            self._apply(event)
        self.messages += [responses.rendered(message, self.known.slots) for message in said]

    def _apply(self, event: dict[str, Any]) -> None:
        if event["event"] == "slot":
            self.known.slots[event["name"]] = event["value"]
        elif event["event"] == "active_loop":
            self.known.form = event["name"]
        elif event["event"] == "pause":
            # Rasa's word for "the bot falls silent": here somebody else takes over.
            self.paused = True

    def _tracker(self, told: dict[str, Any]) -> dict[str, Any]:
        """Return the tracker as Rasa's action protocol writes it (rasa_sdk.types)."""
        return {
            "sender_id": self.known.sender,
            "slots": self.known.slots,
            "latest_message": self._latest(),
            "events": [{"event": "slot", "name": n, "value": v} for n, v in told.items()],
            "paused": self.paused,
            "active_loop": {"name": self.known.form} if self.known.form else {},
            "latest_action_name": None,
        }

    def _latest(self) -> dict[str, Any]:
        if self.heard is None:
            return {}
        meaning = self.heard.meaning
        return {
            "text": "" if meaning.pressed else meaning.text,
            "intent": {"name": meaning.intent, "confidence": meaning.confidence},
            "intent_ranking": [{"name": n, "confidence": c} for n, c in meaning.ranking],
            "entities": [
                {"entity": e.name, "value": e.value, "start": e.start, "end": e.end}
                for e in meaning.entities
            ],
            "metadata": {"answers": [vars(answer) for answer in self.heard.answers]},
        }


def greeting(language: str) -> Utterance:
    """Return how the bot greets in a new conversation, in ``language``."""
    with translation.override(language):
        slots = {"language": language, "shop_name": shop.current().name}
    return responses.joined([responses.render("utter_greet", slots)], language)
