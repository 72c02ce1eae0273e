"""What the desk says to agents; to its scripts by key, `{name}` is filled in there."""

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from bot import words as chat
from portal.cases import promises
from portal.cases.models import Case, Status
from portal.shop import formats

DESK = {
    "write": _("Write to the customer"),
    "write_note": _("Note for colleagues; the customer never sees it"),
    "reply": pgettext_lazy("desk", "Reply"),
    "note": pgettext_lazy("desk", "Internal note"),
    "by_me": pgettext_lazy("desk", "You"),
    "visitor": _("Visitor"),
    "take": _("Take this chat"),
    "release": _("Back to the queue"),
    "close": _("End the chat"),
    "ask_email": _("Ask for the e-mail address"),
    "answer_due": pgettext_lazy("desk: since when the customer waits", "to answer: {since}"),
    "close_how": _("How did it end?"),
    "outcome_solved": _("Solved"),
    "outcome_case": _("Goes on as a case"),
    "outcome_left": _("The customer has left"),
    "outcome_abuse": _("Abuse"),
    "close_not": _("Go on talking"),
    "back": _("Back to the list"),
    "about": _("About the customer"),
    "taken_by": _("{name} has taken this chat."),
    "taken": _("A colleague has already taken this chat."),
    "is_waiting": pgettext_lazy("desk", "Waits for a person"),
    "is_bot": _("With the assistant again"),
    "is_agent": _("With a colleague"),
    "is_mine": _("With you"),
    "is_closed": _("Ended"),
    "minutes": pgettext_lazy("desk: waiting", "{minutes} min"),
    "just_now": pgettext_lazy("desk: waiting", "just now"),
    "waiting_none": _("Nobody is waiting."),
    "mine_none": _("You have no chats."),
    "asked_email": _("The customer was asked for the e-mail address here."),
    "asked_rating": _("The customer was asked how we did."),
    "not_yours": _("This chat is not yours any more; your message was not sent."),
    "line_down": _("The connection is interrupted. What you write is sent as soon as it is back."),
    "sound_on": _("Sound is on"),
    "sound_off": _("Sound is off"),
    "title_news": pgettext_lazy("desk: page title", "({count}) Desk"),
    "ja": _("Japanese"),
    "en": _("English"),
    "reason_asked": _("Asked for a person"),
    "reason_misses": _("The assistant did not understand"),
}


def words() -> dict[str, str]:
    """Return all words of the desk in the language of the moment, those of the chat beneath."""
    return {key: str(text) for key, text in {**chat.WORDS, **DESK}.items()}


def reason(code: str) -> str:
    """Say why somebody waits for a person."""
    return str(DESK.get(f"reason_{code}", DESK["reason_asked"]))


_STATUS = {
    Status.NEW: pgettext_lazy("case at the desk", "New"),
    Status.OPEN: pgettext_lazy("case at the desk", "In progress"),
    Status.WAITING: pgettext_lazy("case at the desk", "Customer's turn"),
    Status.SOLVED: pgettext_lazy("case at the desk", "Solved"),
    Status.CLOSED: pgettext_lazy("case at the desk", "Closed"),
}
_NEXT = {
    Status.WAITING: _("Answered: it is the customer's turn."),
    Status.SOLVED: _("Solved. If the customer replies, it comes back here."),
    Status.CLOSED: _("Closed for good: what comes now is a new case."),
}


def status(case: Case) -> str:
    """Say where a case stands, as staff speak of it."""
    return str(_STATUS[Status(case.status)])


def next_step(case: Case) -> dict[str, str]:
    """Say who acts next and by when, for staff: `sentence` and `tone` of `_next.html`."""
    step = promises.next_step(case)
    if step.turn != "us":
        return {"sentence": str(_NEXT[Status(case.status)]), "tone": step.tone}
    if step.by is None:
        return {"sentence": gettext("To be answered."), "tone": step.tone}
    promised = _("Late: an answer was promised by {when}.") if step.late else _("Answer by {when}.")
    return {"sentence": str(promised).format(when=formats.moment(step.by)), "tone": step.tone}
