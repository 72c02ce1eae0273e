"""Who may open the tools, `/cms/` and `/admin/`: every URL of them, whatever it takes."""

import re

import pytest
from django.urls import get_resolver
from django.utils import translation

from portal.customers import doors
from tests.cms.conftest import pages
from tests.test_matrix import (
    AGENT,
    ANONYMOUS,
    EDITOR,
    LINK,
    OTHER,
    QUESTIONS,
    TOOLS,
    VISITOR,
    people,
    routes,
    world,
)

__all__ = ["pages", "people", "world"]
pytestmark = pytest.mark.django_db


def _tool_paths(pk: int) -> list[str]:
    """Return a path for every route of the tools, naming the row ``pk`` wherever one is named."""
    with translation.override("en"):
        found = [r for r in routes(get_resolver().url_patterns) if r.startswith(TOOLS)]
    named = [re.sub(r"<(?!str:(?:app_label|model_name))[^>]*>", str(pk), r) for r in found]
    named = [re.sub(r"\((?:[^()]|\([^()]*\))*\)", str(pk), r) for r in named]
    named = [re.sub(r"<str:app_label>", "customers", r) for r in named]
    named = [re.sub(r"<str:model_name>", "customer", r) for r in named]
    return sorted({"/" + re.sub(r"[\^$\\?]|\.\*", "", route) for route in named})


@pytest.mark.parametrize("person", [OTHER, AGENT, VISITOR, LINK, ANONYMOUS])
def test_the_tools_are_shut_to_everybody_but_their_staff(person, people, alice):
    passed = {}
    for path in _tool_paths(alice.pk):
        answer = people[person].get(path)
        refused = answer.status_code == (403 if path in doors.DOORS else 404)
        turned_away = refused or answer.get("Location", "").startswith(QUESTIONS)
        if not turned_away:
            passed[path] = answer.status_code
    assert not passed


def test_an_editor_sees_no_customer_whatever_is_opened(people, alice, world, pages):
    shown, opened = [], 0
    people[EDITOR].raise_request_exception = False
    for path in _tool_paths(alice.pk):
        answer = people[EDITOR].get(path)
        opened += answer.status_code == 200
        page = "" if answer.streaming else answer.content.decode(errors="replace")
        if any(word in page for word in ("alice@example.com", "有栖", "ALICES-1", "A chipped lid")):
            shown.append(path)
        if path.startswith("/admin/"):
            assert answer.status_code == (403 if path in doors.DOORS else 404), path
    assert not shown
    assert opened > 10, "the editor's own pages are open"
