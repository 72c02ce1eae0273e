"""The order in which the bot decides, and how its form runs."""

import dataclasses
from typing import Any

import pytest

from bot import policy
from bot.policy import State, Step, decide, next_in_form
from bot.understanding.entities import Entity
from bot.understanding.meaning import Meaning, pressed

FORM = "cancel_order_form"


def said(intent: str, *, sure: bool = True, **named: str) -> Meaning:
    """A message that was understood as `intent`."""
    ranking = ((intent, 0.6), ("shipping_fee", 0.2), ("order_status", 0.1), ("affirm", 0.05),
               ("return_order", 0.03), ("cancel_order", 0.02))  # fmt: skip
    found = tuple(Entity(name, value, 0, 1) for name, value in named.items())
    return Meaning("words", "en", intent, 0.6, sure, ranking, found)


def asking(slot: str, *, misses: int = 0, has_answer: bool = False, **slots: Any) -> State:
    """A conversation in which the form asks for `slot`."""
    slots = {"email_proven": True, **slots, policy.REQUESTED: slot}
    return State(slots=slots, form=FORM, misses=misses, has_answer=has_answer)


# --- Outside a form ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "state",
    [State(), State(misses=1), State(has_answer=True), asking("order_number"), asking("confirm")],
)
def test_a_wish_for_a_person_wins_always(state):
    step = decide(state, said("talk_to_person"))
    assert (step.actions, step.reason, step.form) == (("action_hand_over",), "asked", None)


def test_a_pressed_wish_for_a_person_counts_as_said():
    assert decide(asking("confirm"), pressed("/talk_to_person")).reason == "asked"


@pytest.mark.parametrize(
    ("intent", "action"),
    [
        ("greet", "utter_greet"),
        ("order_status", "action_order_status"),
        ("return_order", "action_return_order"),
        ("shipping_fee", "action_answer_faq"),
        ("affirm", "utter_affirm"),
    ],
)
def test_a_confident_intent_follows_its_rule(intent, action):
    assert decide(State(misses=1), said(intent)) == Step((action,), "rule", misses=0)


def test_what_is_named_goes_into_its_slot():
    step = decide(State(), said("order_status", order_number="H-1", email="a@b.example"))
    assert step.slots == {"order_number": "H-1"}


def test_a_rule_comes_before_an_answer():
    assert decide(State(has_answer=True), said("order_status")).reason == "rule"


def test_an_intent_that_is_likelier_wrong_than_right_yields_to_a_page():
    unlikely = dataclasses.replace(said("greet"), confidence=0.4)
    assert decide(State(has_answer=True), unlikely).reason == "faq"
    assert decide(State(), unlikely).reason == "rule"


def test_an_answer_comes_before_doubt():
    step = decide(State(has_answer=True), said("order_status", sure=False))
    assert (step.actions, step.reason, step.misses) == (("action_answer_faq",), "faq", 0)


def test_words_shared_with_a_page_do_not_make_a_foreign_matter_ours():
    asked = said(policy.FOREIGN, sure=False)
    assert decide(State(has_answer=True), asked).actions == ("action_out_of_scope",)
    assert decide(State(has_answer=True, certain=True), asked).reason == "faq"
    inside = decide(asking("order_number", has_answer=True), asked)
    assert (inside.reason, inside.actions) == ("doubt", ("utter_not_understood_in_form", FORM))


def test_a_question_without_any_page_is_not_answered_with_random_meanings():
    asked = said(policy.FAQ, sure=False)
    nothing, something = decide(State(), asked), decide(State(has_page=True), asked)
    assert (nothing.actions, nothing.misses) == (("utter_no_answer",), 1)
    assert something.actions == ("action_default_fallback",)


def test_a_message_without_a_word_is_asked_about_not_turned_away():
    wordless = dataclasses.replace(said(policy.FOREIGN, sure=False), text="🍵")
    assert decide(State(), wordless).actions == ("action_default_fallback",)


@pytest.mark.parametrize("intent", [policy.FAQ, policy.FOREIGN])
def test_any_second_miss_leads_to_a_person(intent):
    assert decide(State(misses=1), said(intent, sure=False)).reason == "misses"


def test_in_doubt_three_meanings_are_offered():
    step = decide(State(), said("greet", sure=False))
    assert (step.actions, step.misses) == (("action_default_fallback",), 1)
    assert step.suggestions == ("shipping_fee", "order_status", "return_order")


def test_the_second_miss_leads_to_a_person():
    step = decide(State(misses=1), said("greet", sure=False))
    assert (step.actions, step.reason, step.misses) == (("action_hand_over",), "misses", 0)


def test_none_of_these_is_the_second_miss():
    offered = State(misses=1, offered=("/order_status", policy.NONE_OF_THESE))
    assert decide(offered, pressed(policy.NONE_OF_THESE)).reason == "misses"
    assert decide(offered, said("deny")).reason == "misses"


def test_a_no_to_nothing_is_no_miss():
    assert decide(State(), said("deny")).actions == ("utter_deny",)
    assert decide(State(offered=("/deny",)), said("deny")).actions == ("utter_deny",)


def test_an_intent_without_a_rule_is_a_miss():
    assert decide(State(), pressed("/no_such_intent")).reason == "doubt"


# --- The form ---------------------------------------------------------------------------------


def test_cancelling_begins_the_form_with_the_order_named():
    step = decide(State(slots={"confirm": True}), said("cancel_order", order_number="H-1"))
    assert (step.actions, step.form) == ((FORM,), FORM)
    assert step.slots == {"order_number": "H-1", "confirm": None, policy.REQUESTED: None}


def test_the_form_asks_for_the_proof_then_the_order_then_a_yes():
    slots: dict[str, Any] = {}
    asked = []
    for slot, value in (("email_proven", True), ("order_number", "H-1"), ("confirm", True)):
        step = next_in_form(FORM, slots)
        asked += step.actions
        assert (step.form, step.slots) == (FORM, {policy.REQUESTED: slot})
        slots[slot] = value
    assert asked == ["action_ask_email_proven", "action_ask_order_number", "utter_ask_confirm"]
    done = next_in_form(FORM, slots)
    assert (done.actions, done.form) == (("action_cancel_order",), None)


def test_nothing_is_cancelled_without_a_yes():
    """The action runs after a no as well, and says that the order stays: the slot tells which."""
    assert decide(asking("confirm"), said("affirm")).slots == {"confirm": True}
    assert decide(asking("confirm"), said("deny")).slots == {"confirm": False}
    unsure = decide(asking("confirm"), said("affirm", sure=False))
    assert unsure.slots == {}
    assert unsure.form == FORM


def test_a_yes_before_the_question_confirms_nothing():
    step = decide(asking("order_number"), said("affirm"))
    assert "confirm" not in step.slots
    assert step.reason == "doubt"


def test_naming_another_order_at_the_question_asks_anew():
    step = decide(asking("confirm", order_number="H-1"), said("affirm", order_number="H-2"))
    assert step.slots == {"order_number": "H-2", "confirm": None}
    assert step.actions == (FORM,)


def test_a_number_fills_the_form_whatever_the_message_means():
    step = decide(asking("order_number"), said("order_status", sure=False, order_number="H-1"))
    assert (step.actions, step.slots) == ((FORM,), {"order_number": "H-1"})


def test_the_form_goes_on_once_the_proof_has_come_from_outside():
    state = State(slots={policy.REQUESTED: "email_proven", "email_proven": True}, form=FORM)
    assert decide(state, said("thanks", sure=False)).actions == (FORM,)


@pytest.mark.parametrize("intent", ["deny", "goodbye"])
def test_the_form_can_be_left(intent):
    step = decide(asking("order_number"), said(intent))
    assert (step.actions, step.form) == (("utter_form_stopped",), None)
    assert step.slots[policy.REQUESTED] is None


def test_a_question_in_between_is_answered_and_the_form_asks_again():
    step = decide(asking("confirm"), said("shipping_fee"))
    assert (step.actions, step.form) == (("action_answer_faq", FORM), FORM)
    answered = decide(asking("confirm", has_answer=True), said("greet", sure=False))
    assert (answered.actions, answered.reason) == (("action_answer_faq", FORM), "faq")


def test_asking_for_the_form_inside_it_asks_again():
    step = decide(asking("order_number"), said("cancel_order"))
    assert (step.actions, step.misses) == ((FORM,), 0)


def test_the_second_miss_in_a_form_leads_to_a_person():
    first = decide(asking("order_number"), said("greet", sure=False))
    assert (first.actions, first.misses) == (("utter_not_understood_in_form", FORM), 1)
    second = decide(asking("order_number", misses=1), said("greet", sure=False))
    assert (second.actions, second.form) == (("action_hand_over",), None)
