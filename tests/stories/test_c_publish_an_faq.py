"""Story (c): an editor publishes a new FAQ in Wagtail, and the bot answers with it."""

import pytest
from playwright.sync_api import expect

from cms.models import FAQIndexPage, Topic
from tests.browser.cast import sign_in

pytestmark = pytest.mark.browser

TOLD = {
    "ja": {
        "question": "風呂敷で包んでもらえますか？",
        "answer": "はい、風呂敷包みを440円で承ります。",
        "asked": "風呂敷で包んでほしい",
        "topic": "ギフト",
    },
    "en": {
        "question": "Can you wrap it in a furoshiki?",
        "answer": "Yes, we wrap it in a furoshiki cloth for 440 yen.",
        "asked": "do you do furoshiki wrapping?",
        "topic": "Gifts",
    },
}


@pytest.mark.parametrize("screen", ["ja-390", "en-1280"])
def test_the_bot_answers_with_what_was_just_published(people, eri, screen):
    hana = people(screen)
    told = TOLD[hana.language]
    index = FAQIndexPage.objects.get(locale__language_code=hana.language)
    Topic.objects.create(name=told["topic"], locale=index.locale)

    editor = people("en-1280")
    sign_in(editor, eri)
    page = editor.page
    editor.open(f"/cms/pages/add/cms/faqpage/{index.pk}/")
    page.locator("[name=title]").fill(told["question"])
    page.locator("#id_topic-chooser [data-chooser-action-choose]").first.click()
    page.locator(".modal-body").get_by_role("link", name=told["topic"]).click()
    page.locator("[name=short_answer]").fill(told["answer"])
    page.locator("footer [data-w-dropdown-target=toggle]").click()
    page.locator("[name=action-publish]").click()
    expect(page).to_have_url(f"{editor.portal.url}/cms/pages/{index.pk}/")

    hana.open("chat/")
    ask = hana.page.locator("textarea").first
    ask.fill(told["asked"])
    ask.press("Enter")
    expect(hana.page.locator(".bubble.bot").last).to_contain_text(told["answer"])
