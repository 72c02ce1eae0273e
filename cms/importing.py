"""FAQ pages from a file: one row a question (`manage.py import_faq`, DESIGN §8)."""

import re

from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.models import Locale

from cms import services
from cms.models import FAQPage
from cms.models.faq import LONGEST_SHORT_ANSWER, SHORT_ANSWER

COLUMNS = ("language", "topic", "question", "answer", "alternates")
_LONGEST = {"topic": 60, "question": 255}
_SENTENCE = re.compile(r".*?(?:[。！？]|[.!?](?=\s|$)|\n|$)", re.DOTALL)


class BadRow(Exception):
    """Why a row is left out, in words for the one who imports."""


def take(row: dict[str, str]) -> services.Change:
    """Publish the question of one row; raises BadRow. Running it again changes nothing.

    A page is known by its language with ``slug``, where the file has that column, else with the
    question. Columns ``body``, ``actions`` (separated by ``|``) are taken as well if present.
    """
    _check(row)
    short, body = shorten(row["answer"], row["language"])
    try:
        return services.publish_faq(
            language=row["language"],
            slug=row.get("slug") or _slug(row["question"], row["language"]),
            topic=row["topic"],
            question=row["question"],
            short_answer=short,
            body=row.get("body") or body or None,
            alternates=parts(row["alternates"]),
            actions=parts(row["actions"]) if "actions" in row else None,
        ).change
    except ValidationError as error:
        raise BadRow("; ".join(error.messages)) from error


def parts(text: str) -> list[str]:
    """Split at ``|``, leaving out what is empty."""
    return [part.strip() for part in text.split("|") if part.strip()]


def shorten(answer: str, language: str) -> tuple[str, str]:
    """Return a short answer, and the whole as body where it was too long for one.

    Too long is what a chat cannot show; then the first sentences stand for it.
    """
    if len(answer) <= LONGEST_SHORT_ANSWER:
        return answer, ""
    short = ""
    for sentence in _SENTENCE.findall(answer):
        if short and len(short + sentence) > SHORT_ANSWER[language]:
            break
        short += sentence
    return short.strip()[:LONGEST_SHORT_ANSWER], answer


def _check(row: dict[str, str]) -> None:
    if not Locale.objects.filter(language_code=row["language"]).exists():
        raise BadRow(_("the language is not one of this site"))
    for name in ("topic", "question", "answer"):
        if not row[name]:
            raise BadRow(_("%(column)s is empty") % {"column": name})
    for name, longest in _LONGEST.items():
        if len(row[name]) > longest:
            raise BadRow(
                _("%(column)s is longer than %(longest)d characters")
                % {"column": name, "longest": longest}
            )
    if "\x00" in "".join(row.values()):
        raise BadRow(_("there is a NUL character"))


def _slug(question: str, language: str) -> str:
    """Return the slug of the page with this question, else a new one that is free."""
    pages = FAQPage.objects.filter(locale__language_code=language)
    known = pages.filter(title=question).values_list("slug", flat=True).first()
    if known:
        return known
    first = slugify(question, allow_unicode=True)[:60].strip("-") or "question"
    slug, number = first, 1
    while pages.filter(slug=slug).exists():
        number += 1
        slug = f"{first}-{number}"
    return slug
