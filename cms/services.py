"""What is done with pages outside Wagtail's own forms: publishing from files, and voting."""

import hashlib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.crypto import salted_hmac
from wagtail.images.models import Image
from wagtail.models import Locale, Page

from cms.models import (
    FAQIndexPage,
    FAQPage,
    HelpfulVote,
    ProductFAQ,
    ProductImage,
    ProductIndexPage,
    ProductPage,
    RelatedAction,
    RelatedFAQ,
    Topic,
)
from portal.customers import timeline
from portal.customers.models import Customer


class Change(StrEnum):
    """What publishing did to a page."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


class Published(NamedTuple):
    """A page that is live now, and what was done for it."""

    page: Any
    change: Change


@transaction.atomic
def publish_faq(
    *,
    language: str,
    slug: str,
    topic: str,
    question: str,
    short_answer: str,
    body: str | None = None,
    alternates: Iterable[str] | None = None,
    actions: Iterable[str] | None = None,
    featured: bool | None = None,
) -> Published:
    """Publish a question, or bring the one with this slug up to date; None leaves a field alone.

    ``body`` is plain text with blank lines between paragraphs, ``topic`` the name of a topic, made
    if missing, ``actions`` names of `RelatedAction.Action`. A page of the same slug in another
    language becomes its translation. Raises Locale.DoesNotExist or FAQIndexPage.DoesNotExist for
    a language without pages, ValidationError for texts that do not fit.
    """
    index = FAQIndexPage.objects.get(locale__language_code=language)
    page = FAQPage.objects.child_of(index).filter(slug=slug).first() or FAQPage(slug=slug)
    _become_twin(page, index.locale)
    given = {
        "title": question,
        "topic": _topic(topic, index.locale, page),
        "short_answer": short_answer,
        "body": None if body is None else rich_text(body),
        "alternate_questions": None if alternates is None else "\n".join(alternates),
        "featured": featured,
    }
    values = {name: value for name, value in given.items() if value is not None}
    offered = [row.action for row in page.related_actions.all()]
    wanted = offered if actions is None else list(actions)
    if _is(page, values) and offered == wanted:
        return Published(page, Change.UNCHANGED)
    page.related_actions = [RelatedAction(action=a, locale=index.locale) for a in wanted]
    return _publish(page, index, values)


@transaction.atomic
def relate_faqs(language: str, related: Mapping[str, Iterable[str]]) -> None:
    """Set the related questions of pages, all named by slug; slugs without a page are left out."""
    pages = {page.slug: page for page in FAQPage.objects.filter(locale__language_code=language)}
    for slug, others in related.items():
        page = pages.get(slug)
        wanted = [pages[other] for other in others if other in pages]
        if not page or [row.question_id for row in page.related_questions.all()] == [
            other.pk for other in wanted
        ]:
            continue
        page.related_questions = [RelatedFAQ(question=o, locale=page.locale) for o in wanted]
        page.save_revision().publish()


@transaction.atomic
def publish_product(
    *,
    language: str,
    slug: str,
    sku: str,
    title: str,
    summary: str,
    body: str = "",
    care: str = "",
    warranty: str = "",
    price: int | None = None,
    facts: Iterable[tuple[str, str]] = (),
    images: Iterable[tuple[Path, str]] = (),
    faqs: Iterable[str] = (),
) -> Published:
    """Publish a product, or bring the one with this slug up to date.

    Texts are plain with blank lines between paragraphs; ``price`` is in minor units; ``faqs`` are
    slugs of questions in the same language; ``images`` are files, each with what it shows. Files
    are trusted: an SVG may come in here, but never through the editors' upload form.
    """
    index = ProductIndexPage.objects.get(locale__language_code=language)
    page = ProductPage.objects.child_of(index).filter(slug=slug).first() or ProductPage(slug=slug)
    _become_twin(page, index.locale)
    values = {
        "sku": sku,
        "title": title,
        "summary": summary,
        "body": rich_text(body),
        "care": rich_text(care),
        "warranty": rich_text(warranty),
        "price": price,
    }
    stated = [("fact", {"name": name, "value": value}) for name, value in facts]
    asked = _questions(faqs, index.locale)
    shown = [(_image(path, alt).pk, alt) for path, alt in images]
    if (
        _is(page, values)
        and [(b.block_type, dict(b.value)) for b in page.facts] == stated
        and [row.question_id for row in page.faqs.all()] == [q.pk for q in asked]
        and [(row.image_id, row.alt) for row in page.images.all()] == shown
    ):
        return Published(page, Change.UNCHANGED)
    page.faqs = [ProductFAQ(question=question, locale=index.locale) for question in asked]
    page.images = [ProductImage(image_id=i, alt=alt, locale=index.locale) for i, alt in shown]
    return _publish(page, index, values | {"facts": stated})


@transaction.atomic
def vote(
    page: FAQPage, *, helpful: bool, by: Customer | AnonymousUser, browser: str, channel: str
) -> HelpfulVote:
    """Note whether the answer as it stands now helped; a second vote replaces the first.

    ``browser`` tells anonymous voters apart (address and user agent); only a keyed hash of it and
    of the page is kept. A customer's vote also goes into their history.
    """
    who = f"customer {by.pk}" if isinstance(by, Customer) else browser
    voter = salted_hmac("cms.vote", f"{page.pk} {who}", algorithm="sha256").hexdigest()
    row, _ = HelpfulVote.objects.update_or_create(
        page=page, revision_id=page.live_revision_id, voter=voter, defaults={"helpful": helpful}
    )
    if isinstance(by, Customer):
        data = {"helpful": helpful, "revision": page.live_revision_id}
        timeline.record("faq.voted", customer=by, channel=channel, about=page, data=data)
    return row


def rich_text(plain: str) -> str:
    """Return plain text as Wagtail's rich text: a paragraph for each, separated by blank lines."""
    parts = [part.strip() for part in plain.replace("\r\n", "\n").split("\n\n")]
    return "".join(f"<p>{escape(p, quote=False)}</p>".replace("\n", "<br/>") for p in parts if p)


def _publish(page: Page, index: Page, values: dict[str, Any]) -> Published:
    change = Change.UPDATED if page.pk else Change.CREATED
    for name, value in values.items():
        setattr(page, name, value)
    if not page.pk:
        page.live = False
        index.add_child(instance=page)
    page.save_revision().publish()
    page.refresh_from_db()  # a revision publishes a copy of its own
    return Published(page, change)


def _is(page: Page, values: dict[str, Any]) -> bool:
    return bool(
        page.pk and page.live and all(getattr(page, name) == v for name, v in values.items())
    )


def _become_twin(page: Page, locale: Locale) -> None:
    """Make a new page the translation of one with the same slug in another language."""
    if page.pk:
        return
    page.locale = locale
    twin = type(page).objects.filter(slug=page.slug).exclude(locale=locale).first()
    if twin and not twin.get_translations().filter(locale=locale).exists():
        page.translation_key = twin.translation_key


def _topic(name: str, locale: Locale, page: FAQPage) -> Topic:
    """Return the topic with this name; a new one is the translation of the twin page's topic."""
    topic = Topic.objects.filter(name=name, locale=locale).first()
    if topic:
        return topic
    new = Topic(name=name, locale=locale)
    twin = FAQPage.objects.filter(translation_key=page.translation_key).exclude(locale=locale)
    if (other := twin.select_related("topic").first()) and not other.topic.has_translation(locale):
        new.translation_key = other.topic.translation_key
        new.sort_order = other.topic.sort_order
    else:
        new.sort_order = 10 * (Topic.objects.filter(locale=locale).count() + 1)
    new.save()
    return new


def _image(path: Path, alt: str) -> Image:
    """Return the picture with the contents of this file, taken in if it is new."""
    raw = path.read_bytes()
    known = Image.objects.filter(file_hash=hashlib.sha1(raw, usedforsecurity=False).hexdigest())
    if image := known.first():
        return image
    image = Image(title=path.stem, description=alt, file=ContentFile(raw, path.name))
    image._set_file_hash()
    image.save()
    return image


def _questions(slugs: Iterable[str], locale: Locale) -> list[FAQPage]:
    wanted = list(slugs)
    found = {page.slug: page for page in FAQPage.objects.filter(slug__in=wanted, locale=locale)}
    return [found[slug] for slug in wanted if slug in found]
