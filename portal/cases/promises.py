"""Who acts next in a case, and by when: one plain sentence."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.cases.models import Case, Status
from portal.shop import formats, hours, services


@dataclass(frozen=True)
class Next:
    """What happens next: whose turn it is (`us`, `you`, `nobody`), the sentence, by when."""

    turn: str
    sentence: str
    by: datetime | None = None
    late: bool = False

    @property
    def tone(self) -> str:
        """How `portal/components/_next.html` shows it."""
        return "bad" if self.late else {"us": "", "you": "wait", "nobody": "done"}[self.turn]


def promised(at: datetime | None = None) -> datetime:
    """Return until when we answer something said at ``at``: the shop's reply hours, while open."""
    return hours.after(at or timezone.now(), services.current().reply_hours)


def next_step(case: Case) -> Next:
    """Say what happens next in ``case``, in the language of the moment."""
    if case.status in (Status.NEW, Status.OPEN):
        return _ours(case)
    if case.status == Status.WAITING:
        return Next("you", _("We have answered. If anything is still open, please reply here."))
    if case.status == Status.SOLVED:
        return Next("nobody", _("This is solved. If it is not, just reply and we will go on."))
    return Next("nobody", _("This inquiry is closed. Please open a new one if you need us."))


def _ours(case: Case) -> Next:
    by = case.promised_at
    if by is None:
        return Next("us", _("We will answer you here and by e-mail."))
    if by < timezone.now():
        return Next(
            "us",
            _("We are sorry: our answer is late. It was promised by %(when)s; we are on it.")
            % {"when": formats.moment(by)},
            by,
            late=True,
        )
    return Next(
        "us",
        _("We will answer by %(when)s, here and by e-mail.") % {"when": formats.moment(by)},
        by,
    )
