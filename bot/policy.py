"""What to do about a message: `decide(state, meaning) -> Step`. Pure: no database, no clock.

The order (DESIGN §6): a wish for a person wins always, also inside a form; then the active form; a
rule for the intent if confident; an FAQ answer if confident; "did you mean"; after the second miss
a person. An FAQ answer to what is no matter of ours must be certain. What follows from an intent
stands in data/rules.yml, not here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.understanding import rasa_files
from bot.understanding.meaning import Meaning, payload
from bot.understanding.rasa_files import Rule

PERSON, YES, NO = "talk_to_person", "affirm", "deny"
FAQ, FOREIGN = "ask_faq", "out_of_scope"
HAND_OVER = "action_hand_over"
ANSWER_FAQ = "action_answer_faq"
DID_YOU_MEAN = "action_default_fallback"
NOT_OURS = "action_out_of_scope"
NO_ANSWER = "utter_no_answer"
ASK_AGAIN = "utter_not_understood_in_form"
BUTTON_TITLE = "utter_button_"  # the response that titles a button for an intent
REQUESTED = "requested_slot"  # Rasa's name for the slot a form is asking for
NONE_OF_THESE = payload(NO)

# An intent that is likelier wrong than right yields to a page that is likelier right than wrong.
EVEN = 0.5
MISSES_ALLOWED = 1
MEANINGS_OFFERED = 3


@dataclass(frozen=True)
class State:
    """What the conversation knows when a message comes."""

    slots: Mapping[str, Any] = field(default_factory=dict)
    form: str | None = None
    misses: int = 0  # in a row
    offered: tuple[str, ...] = ()  # payloads of the last bot message's buttons
    has_answer: bool = False  # whether an FAQ page answers the message, confidently
    certain: bool = False  # whether the message is nearly word for word what that page answers
    has_page: bool = False  # whether an FAQ page is worth offering, at least


@dataclass(frozen=True)
class Step:
    """What to do, in order, and what the conversation knows afterwards.

    An action is a response (`utter_…`), a custom action (`action_…`), or the name of a form: then
    its slots are validated and `next_in_form` says how it goes on.
    """

    actions: tuple[str, ...]
    reason: str  # asked, form, rule, faq, doubt or misses: why this and nothing else
    slots: Mapping[str, Any] = field(default_factory=dict)  # to set; the others stay
    form: str | None = None  # active afterwards
    misses: int = 0
    suggestions: tuple[str, ...] = ()  # intents to offer when in doubt, likeliest first


def decide(state: State, meaning: Meaning) -> Step:
    """Say what to do about a message that means `meaning`, in `state`."""
    if meaning.confident and meaning.intent == PERSON:
        return _hand_over(state, "asked")
    if state.form:
        return _inside(state, state.form, meaning)
    if _rejects_offer(state, meaning):
        return _missed(state, meaning)
    rule = _rule(meaning)
    if rule and not (state.has_answer and meaning.confidence < EVEN):
        return _follow(rule, _named(meaning))
    if _is_answered(state, meaning):
        return Step((ANSWER_FAQ,), "faq", _named(meaning))
    return _missed(state, meaning)


def next_in_form(form: str, slots: Mapping[str, Any]) -> Step:
    """Say how a form goes on once its slots are validated: the next question, or what it is for."""
    missing = next((s for s in rasa_files.domain().forms[form] if slots.get(s) is None), None)
    if missing:
        return Step((_question(form, missing),), "form", {REQUESTED: missing}, form)
    done = next(r for r in rasa_files.rules() if r.inside == form and r.intent is None)
    return Step(done.actions, "form", {REQUESTED: None})


def suggestions(ranking: tuple[tuple[str, float], ...]) -> tuple[str, ...]:
    """Return the likeliest intents that may be offered as buttons: those with a title."""
    titled = rasa_files.domain().responses
    return tuple(i for i, _ in ranking if BUTTON_TITLE + i in titled)[:MEANINGS_OFFERED]


def _inside(state: State, form: str, meaning: Meaning) -> Step:
    """Handle a message while a form is active: its answer, its end, or an interruption."""
    filled = _filled(state, form, meaning)
    requested = state.slots.get(REQUESTED)
    if filled or (requested and state.slots.get(requested) is not None):
        return Step((form,), "form", filled, form)
    leaving = _rule(meaning, form)
    if leaving:
        return Step(leaving.actions, "form", _cleared(form))
    rule = _rule(meaning)
    if rule and rule.starts == form:
        return Step((form,), "form", form=form)
    if rule and rule.actions and meaning.intent not in (YES, NO):
        return Step((*rule.actions, form), "rule", form=form)
    if _is_answered(state, meaning):
        return Step((ANSWER_FAQ, form), "faq", form=form)
    if state.misses >= MISSES_ALLOWED:
        return _hand_over(state, "misses")
    return Step((ASK_AGAIN, form), "doubt", form=form, misses=state.misses + 1)


def _filled(state: State, form: str, meaning: Meaning) -> dict[str, Any]:
    """Return the slots of the form that the message fills.

    Who names another order at the last question has not said yes to that order: it is asked anew.
    """
    required = rasa_files.domain().forms[form]
    named = {slot: value for slot, value in _named(meaning).items() if slot in required}
    requested = state.slots.get(REQUESTED)
    if named and requested not in named:
        return named | ({requested: None} if requested else {})
    if named or not meaning.confident:
        return named
    return {
        mapping.slot: mapping.value
        for mapping in rasa_files.domain().slots.get(requested or "", ())
        if mapping.asked_by == form and meaning.intent in mapping.intents
    }


def _named(meaning: Meaning) -> dict[str, Any]:
    """Return the slots that follow from what the message names."""
    mappings = (one for several in rasa_files.domain().slots.values() for one in several)
    return {
        one.slot: value
        for one in mappings
        if one.kind == "from_entity" and one.entity and (value := meaning.value(one.entity))
    }


def _rule(meaning: Meaning, inside: str | None = None) -> Rule | None:
    """Return the rule for the intent, if we are confident of it and there is one."""
    if not meaning.confident:
        return None
    rules = rasa_files.rules()
    return next((r for r in rules if (r.intent, r.inside) == (meaning.intent, inside)), None)


def _follow(rule: Rule, named: dict[str, Any]) -> Step:
    if rule.starts:
        return Step((rule.starts,), "rule", _cleared(rule.starts) | named, rule.starts)
    return Step(rule.actions, "rule", named)


def _is_answered(state: State, meaning: Meaning) -> bool:
    """Say whether an FAQ page is the answer; words in common with what is foreign prove little."""
    return state.certain if meaning.intent == FOREIGN else state.has_answer


def _rejects_offer(state: State, meaning: Meaning) -> bool:
    """Say whether "none of these" is the answer to "did you mean"."""
    no = meaning.confident and meaning.intent == NO
    return no and state.misses > 0 and NONE_OF_THESE in state.offered


def _missed(state: State, meaning: Meaning) -> Step:
    if state.misses >= MISSES_ALLOWED:
        return _hand_over(state, "misses")
    offer = suggestions(meaning.ranking)
    return Step(
        (_in_doubt(state, meaning),),
        "doubt",
        _named(meaning),
        misses=state.misses + 1,
        suggestions=offer,
    )


def _in_doubt(state: State, meaning: Meaning) -> str:
    """Return what admits best that there is no answer: three random meanings would not help."""
    if meaning.intent == FOREIGN and any(map(str.isalnum, meaning.text)):
        return NOT_OURS
    if meaning.intent == FAQ and not state.has_page:
        return NO_ANSWER
    return DID_YOU_MEAN


def _hand_over(state: State, reason: str) -> Step:
    return Step((HAND_OVER,), reason, _cleared(state.form) if state.form else {})


def _cleared(form: str) -> dict[str, Any]:
    """Return the slots that end with a form: the open question and the answers it asked for.

    What is named in passing (the order spoken of) or set from outside (the proof) stays.
    """
    domain = rasa_files.domain()
    asked = [s for s in domain.forms[form] if any(m.asked_by == form for m in domain.slots[s])]
    return {REQUESTED: None, **dict.fromkeys(asked)}


def _question(form: str, slot: str) -> str:
    """Return what asks for a slot, found as Rasa finds it: an action first, then a response."""
    domain = rasa_files.domain()
    names = [f"action_ask_{form}_{slot}", f"action_ask_{slot}", f"utter_ask_{form}_{slot}"]
    known = {*domain.actions, *domain.responses}
    return next((name for name in names if name in known), f"utter_ask_{slot}")
