"""The one search, for the page and for the bot."""

from dataclasses import dataclass

from cms.answers import current, judge


@dataclass(frozen=True)
class Answer:
    """An FAQ page found for a question.

    ``score`` is how sure we are that it answers, 0..1, falling along the list; ``confident`` says
    whether that is enough to give it as the answer, ``likely`` whether it is enough even where
    something else is known to fit as well, ``certain`` whether the question is nearly one
    of the page's own wordings, ``possible`` whether it is worth offering. ``actions`` are names of
    `RelatedAction`.
    """

    page_id: int
    url: str
    title: str
    short_answer: str
    score: float
    confident: bool
    actions: tuple[str, ...] = ()
    likely: bool = False
    certain: bool = False
    possible: bool = False


def find_answers(question: str, language: str, limit: int = 5) -> list[Answer]:
    """Return the FAQ pages that may answer ``question``, best first; only published ones.

    ``language`` is "ja" or "en". Works in any thread but an event loop's: it reads the database
    (one query, more after a change) and computes for about a millisecond.
    """
    now = current.get(language)
    found = [(now.pages[hit.key], hit) for hit in now.index.rank(question, limit)]
    return [
        _answer(page, hit.confidence, judge.is_certain(hit.signs, hit.confidence))
        for page, hit in found
    ]


def the_page(page_id: int, language: str) -> Answer | None:
    """Return the published FAQ page ``page_id`` as the answer it is; None if there is none."""
    page = current.get(language).pages.get(page_id)
    return _answer(page, 1.0, True) if page else None


def _answer(page: current.Found, score: float, certain: bool) -> Answer:
    return Answer(
        page_id=page.page_id,
        url=page.url,
        title=page.title,
        short_answer=page.short_answer,
        score=score,
        confident=score >= judge.CONFIDENT,
        actions=page.actions,
        likely=score >= judge.LIKELY,
        certain=certain,
        possible=score >= judge.POSSIBLE,
    )


def warm(languages: list[str]) -> None:
    """Build the indexes before the first customer asks."""
    for language in languages:
        current.get(language)
