"""Story (e): out of hours a wish for a person becomes a case, answered by mail."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from portal.cases.models import Case
from portal.shop.models import Closure, OpeningHours
from tests.stories.conftest import code_mailed_to

pytestmark = pytest.mark.browser

SAID = {
    "ja": {"person": "担当者と話したい"},
    "en": {"person": "I want to talk to a person"},
}


@pytest.fixture
def closed_today(clean_site):
    """The shop is open on all days but yesterday, today and tomorrow."""
    for weekday in range(1, 8):
        OpeningHours.objects.create(weekday=weekday, opens="10:00", closes="17:00")
    for days in (-1, 0, 1):
        Closure.objects.create(day=timezone.localdate() + timedelta(days=days))


@pytest.mark.parametrize("screen", ["ja-390", "en-1280"])
def test_a_chat_out_of_hours_becomes_a_case(closed_today, people, screen):
    hana = people(screen)
    chat = hana.page
    hana.open("chat/")
    chat.locator(".chat-composer textarea").fill(SAID[hana.language]["person"])
    chat.keyboard.press("Enter")
    panel = chat.locator(".chat-queue")
    expect(panel).to_be_visible()
    panel.locator("button.primary").click()
    chat.locator(".chat-prove input[type=email]").fill("hana@example.com")
    chat.locator(".chat-prove button[type=submit]").click()
    expect(chat.locator(".chat-prove .code-input")).to_be_visible()
    chat.locator(".chat-prove .code-input").fill(code_mailed_to("hana@example.com"))
    chat.locator(".chat-prove button[type=submit]").click()
    expect(chat.locator(".chat-log")).to_contain_text("C-", timeout=15_000)
    case = Case.objects.get()
    assert case.opened_from == "chat"
    assert case.customer.email == "hana@example.com"
    hana.open(f"cases/{case.number}/")
    expect(chat.locator("main")).to_contain_text(case.number)
