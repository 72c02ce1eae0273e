"""What happened, as a list people read: the same for the customer and, with notes, for the desk."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from portal.customers import timeline
from portal.customers.kinds import Channel
from portal.customers.models import Touchpoint

# Where it happened is worth a word only if it was not on the page somebody is looking at.
_SAID = {Channel.CHAT, Channel.EMAIL, Channel.PHONE, Channel.LINE, Channel.STORE}


@dataclass(frozen=True)
class Entry:
    """One thing that happened, for `portal/components/_timeline.html`."""

    sentence: str
    happened_at: datetime | None
    note: str = ""
    internal: bool = False
    order: str = ""
    case: str = ""
    # The chat that began here, for the desk.
    chat: str = ""


def entries(touchpoints: Iterable[Touchpoint]) -> list[Entry]:
    """Put touchpoints into the words of the active language, in the order given."""
    return [
        Entry(
            sentence=timeline.sentence(row),
            # An order imported without times: it happened, nobody knows when.
            happened_at=None if row.data.get("undated") else row.happened_at,
            note=str(Channel(row.channel).label) if row.channel in _SAID else "",
            internal=not row.visible,
            order=str(row.data.get("order", "")),
            case=str(row.data.get("case", "")),
            chat=str(row.data.get("conversation", "")) if row.kind == "chat.started" else "",
        )
        for row in touchpoints
    ]
