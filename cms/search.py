"""The help page as people use it: type a few words, read the answer, go on from there."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from cms.answers import Answer, find_answers
from cms.models import FAQIndexPage, Topic
from portal import limits

MAX_QUERY = 200
_SHOWN = 8
# Below this an entry has so little to do with the question that showing it wastes people's time.
_WORTH_SHOWING = 0.15
# Beside a sure answer only what is at least this near to it is called related.
_NEAR_THE_ANSWER = 0.5
_MOST_RELATED = 4


def context(request: HttpRequest, page: FAQIndexPage) -> dict[str, Any]:
    """Return what the help page shows for ``?q=``, else for ``?topic=``, else all topics.

    Raises limits.TooMany for somebody who searches all too often.
    """
    query = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:MAX_QUERY]
    if query:
        limits.demand("search", limits.network(request))
        return {"query": query, "max_query": MAX_QUERY, **_answers(query)}
    topic = _topic(request, page)
    found = {"questions": page.questions().filter(topic=topic)} if topic else {}
    return {"max_query": MAX_QUERY, "topic": topic, "topics": page.topics(), **found}


def _answers(query: str) -> dict[str, Any]:
    """Return the answer if one is sure, other pages, and what another language has."""
    here = get_language() or settings.LANGUAGE_CODE
    found = _worthwhile(find_answers(query, here, _SHOWN))
    answer = found[0] if found and found[0].confident else None
    elsewhere: list[Answer] = []
    if not found:
        others = [code for code, _ in settings.LANGUAGES if code != here]
        elsewhere = [a for code in others for a in find_answers(query, code, 3) if a.confident]
    return {
        "answer": answer,
        "others": _near(answer, found[1:]) if answer else found,
        "elsewhere": elsewhere,
    }


def _worthwhile(answers: list[Answer]) -> list[Answer]:
    return [answer for answer in answers if answer.score >= _WORTH_SHOWING]


def _near(answer: Answer, others: list[Answer]) -> list[Answer]:
    near = [other for other in others if other.score >= answer.score * _NEAR_THE_ANSWER]
    return near[:_MOST_RELATED]


def _topic(request: HttpRequest, page: FAQIndexPage) -> Topic | None:
    """Return the topic of ``?topic=`` in the page's language, whichever it was chosen in."""
    number = request.GET.get("topic", "")
    if not number.isascii() or not number.isdecimal() or len(number) > 9:
        return None
    chosen = Topic.objects.filter(pk=int(number)).values("translation_key")
    return Topic.objects.filter(translation_key__in=chosen, locale=page.locale).first()
