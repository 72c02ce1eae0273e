"""Writing the mail of a notification: from its kind, its data and how things stand at this moment.

The words of a kind stand once, in `notifications/words/<kind>.txt`: the first line is the subject,
the rest paragraphs. HTML and text are both made of them, with the facts of the order or case.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from django.conf import settings
from django.template import Context, TemplateDoesNotExist
from django.template.loader import get_template, render_to_string
from django.utils.dateparse import parse_datetime
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import override

from notifications import gathering, links
from notifications.models import Notification
from orders import eligibility, sentences
from orders.feed import carriers
from orders.models import Order
from portal.cases import promises
from portal.cases.models import Case, CaseMessage
from portal.customers import timeline
from portal.customers.models import Touchpoint
from portal.shop import formats
from portal.shop import services as shop

# Longer subjects are cut off by mail programs anyway.
_SUBJECT_LENGTH = 150
_ITEMS = 10


class Gone(Exception):
    """What the notification is about no longer exists."""


@dataclass(frozen=True)
class Letter:
    """A mail as written: subject in one line, and the same content as text and as HTML."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Fact:
    """A line of what the mail is about: 「お届け予定　明日 11月22日（日）」."""

    label: str
    value: str
    url: str = ""


@dataclass(frozen=True)
class Section:
    """What one mail says of one thing that happened."""

    subject: str
    paragraphs: tuple[str, ...]
    # Words of an agent, quoted as they were written.
    quote: str = ""


@dataclass
class _Matter:
    """What a mail says beside its words."""

    facts: list[Fact] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    next: str = ""
    action: str = ""
    url: str = ""
    said: dict[str, Any] = field(default_factory=dict)


def compose(notification: Notification, also: Sequence[Notification] = ()) -> Letter:
    """Write the mail of ``notification`` in its customer's language; raises Gone.

    What ``also`` happened to the same order or case stands below it: in words of its own, or as a
    dated line where something newer in this mail has made it old news.
    """
    with override(notification.customer.language):
        return _compose(notification, [each.touchpoint for each in also])


def _compose(notification: Notification, others: list[Touchpoint]) -> Letter:
    touchpoint = notification.touchpoint
    matter = _matter(touchpoint, others)
    first, *more = _sections([touchpoint, *others], matter)
    before = _before([touchpoint, *others])
    this_shop = shop.current()
    context = {
        "shop": this_shop,
        "base_url": settings.BASE_URL,
        "name": one_line(notification.customer.name),
        "subject": first.subject,
        "first": first,
        "more": more,
        "before": before,
        "matter": matter,
        "stop_url": links.stop(notification),
        "settings_url": links.preferences_page(),
        "topic": notification.get_topic_display(),
    }
    return Letter(
        subject=_headline(this_shop.name, first.subject, len(more) + len(before)),
        text=_plain("notifications/email/letter.txt", context),
        html=render_to_string("notifications/email/letter.html", context),
    )


def _headline(shop_name: str, subject: str, others: int) -> str:
    """Return the subject of the mail: the shop, the newest, and how much else is in it."""
    if others:
        subject = _("%(subject)s (and %(n)s more)") % {"subject": subject, "n": others}
    headline = _("[%(shop)s] %(subject)s") % {"shop": shop_name, "subject": subject}
    return one_line(headline)[:_SUBJECT_LENGTH]


def _sections(touchpoints: list[Touchpoint], matter: _Matter) -> list[Section]:
    """Return what is said in words, once where the same would be said of two parcels."""
    said = {
        # Money is never taken for the same money.
        (section := _section(each, matter), each.pk if each.data.get("amount") else 0): section
        for each in touchpoints
        if not _is_old(each, touchpoints)
    }
    return list(said.values())


def _before(touchpoints: list[Touchpoint]) -> list[str]:
    """Return what is said in a dated line, oldest first."""
    old = [each for each in touchpoints if _is_old(each, touchpoints)]
    return [
        _("%(when)s: %(what)s") % {"when": formats.moment(each.happened_at), "what": _line(each)}
        for each in reversed(old)
    ]


def _is_old(touchpoint: Touchpoint, touchpoints: list[Touchpoint]) -> bool:
    return any(gathering.overtakes(later, touchpoint) for later in touchpoints)


def _line(touchpoint: Touchpoint) -> str:
    return one_line(unescape(strip_tags(timeline.sentence(touchpoint))))


def one_line(text: str) -> str:
    """Return ``text`` without line breaks and control characters: fit for a header."""
    printable = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(printable.split())


def _section(touchpoint: Touchpoint, matter: _Matter) -> Section:
    """Return a touchpoint's subject and paragraphs; a kind without words has its sentence."""
    context = {
        "touchpoint": touchpoint,
        "data": touchpoint.data,
        **matter.said,
        **_days(touchpoint),
    }
    try:
        text = _plain(f"notifications/words/{touchpoint.kind}.txt", context)
    except TemplateDoesNotExist:
        return Section(_line(touchpoint), (_line(touchpoint),))
    subject, _newline, body = text.partition("\n")
    paragraphs = (part.strip() for part in re.split(r"\n\s*\n", body))
    return Section(subject, tuple(filter(None, paragraphs)), _quote(touchpoint))


def _days(touchpoint: Touchpoint) -> dict[str, Any]:
    """Return the times that words name as `before`, `now` and `promised`."""
    names = ("before", "now", "promised")
    return {name: parse_datetime(touchpoint.data.get(name, "")) for name in names}


def _plain(template: str, context: dict[str, Any]) -> str:
    """Render a text template: nothing in it is HTML, so nothing is escaped."""
    # Only Django's own engine is used, which the stubs of get_template do not know.
    loaded: Any = get_template(template)
    text: str = loaded.template.render(Context(context, autoescape=False))
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _matter(touchpoint: Touchpoint, others: list[Touchpoint]) -> _Matter:
    about = touchpoint.about
    if isinstance(about, Order):
        happened = [each.data for each in (touchpoint, *others)]
        return _of_order(Order.objects.whole().get(pk=about.pk), happened)
    if isinstance(about, Case):
        return _of_case(about, touchpoint)
    if about is None and touchpoint.about_id:
        raise Gone
    return _Matter(action=_("See your history"), url=links.absolute(links.page_of(touchpoint)))


def _of_order(order: Order, happened: list[dict[str, Any]]) -> _Matter:
    step = sentences.next_step(order)
    return _Matter(
        facts=_order_facts(order, happened),
        items=[
            _("%(title)s × %(quantity)s")
            % {"title": one_line(line.title), "quantity": line.quantity}
            for line in list(order.lines.all())[:_ITEMS]
        ],
        next=_next(step.sentence, step.by),
        action=_("See where your order is"),
        url=links.masked_order(order),
        said={
            "order": order,
            "carrier": sentences.carrier_name(order),
            "may_cancel": eligibility.may_cancel(order).ok,
        },
    )


def _order_facts(order: Order, happened: list[dict[str, Any]]) -> list[Fact]:
    """Return what people look for first: when it comes, then how it travels, then the rest."""
    coming = sentences.arrival(order)
    facts = [Fact(coming.what, coming.when)] if coming.when else []
    # A parcel is named by its shipment and by its delivery; two parcels often have one carrier.
    facts += dict.fromkeys(fact for data in reversed(happened) for fact in _parcel_facts(data))
    for data in happened:
        if data.get("amount"):
            facts.append(Fact(_("Amount"), formats.money(data["amount"], data["currency"])))
    facts.append(Fact(_("Order number"), one_line(order.number)))
    notes = dict.fromkeys(one_line(data["note"]) for data in happened if data.get("note"))
    return [*facts, *(Fact(_("Note from the shop"), note) for note in notes)]


def _parcel_facts(data: dict[str, Any]) -> Iterator[Fact]:
    carrier = carriers.find(data.get("carrier", ""), data.get("tracking_url", ""))
    if carrier:
        yield Fact(_("Carrier"), one_line(carrier.name))
    number = data.get("tracking_number", "")
    if number:
        url = (carrier.url(number) if carrier else "") or data.get("tracking_url", "")
        safe = url if url.startswith(("https://", "http://")) else ""
        yield Fact(_("Tracking number"), one_line(number), safe)


def _of_case(case: Case, touchpoint: Touchpoint) -> _Matter:
    return _Matter(
        facts=[
            Fact(_("Inquiry"), one_line(case.subject)),
            Fact(_("Inquiry number"), case.number),
        ],
        next=_case_next(case),
        action=_("Read and reply"),
        url=links.absolute(links.page_of(touchpoint)),
        said={"case": case, "subject": one_line(case.subject)},
    )


def _case_next(case: Case) -> str:
    """Say who acts next as a mail can: on a page one replies "here", from a mail on the page."""
    step = promises.next_step(case)
    if step.turn == "you":
        return _("If anything is still open, please reply on the page of your inquiry.")
    if step.turn == "us" and step.by and not step.late:
        return _("We will answer by %(when)s.") % {"when": formats.moment(step.by)}
    return step.sentence if step.turn == "us" else ""


def _quote(touchpoint: Touchpoint) -> str:
    """Return the agent's words that an answer was recorded for: the last before it."""
    case = touchpoint.about
    if touchpoint.kind != "case.answered" or not isinstance(case, Case):
        return ""
    said = case.messages.filter(
        by=CaseMessage.By.AGENT, internal=False, at__lte=touchpoint.happened_at
    )
    message = said.order_by("-at", "-id").first()
    return message.body if message else ""


def _next(sentence: str, by: Any) -> str:
    if not by:
        return sentence
    return _("%(sentence)s By %(when)s.") % {"sentence": sentence, "when": formats.moment(by)}
