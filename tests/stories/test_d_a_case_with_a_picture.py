"""Story (d): a case with a picture; answered, told, replied to, reopened, solved and rated."""

import io

import pytest
from django.core import mail
from PIL import Image
from playwright.sync_api import expect

from portal.cases.models import Attachment, Case
from portal.customers.models import Customer, Touchpoint
from tests.browser.cast import sign_in, wait_until
from tests.stories.conftest import code_mailed_to

pytestmark = pytest.mark.browser

SAID = {
    "ja": {
        "subject": "急須のふたが欠けていました",
        "body": "届いた箱を開けたら、ふたが欠けていました。",
        "answer": "申し訳ございません。代わりのふたをお送りします。",
        "reply": "まだ届いていません。",
        "rate": "とても良い",
    },
    "en": {
        "subject": "The lid of the teapot is chipped",
        "body": "I opened the box and the lid was chipped.",
        "answer": "We are very sorry. A new lid is on its way.",
        "reply": "It has not come yet.",
        "rate": "Very good",
    },
}


def mails_to(address: str) -> str:
    """The subjects of all mails to an address so far."""
    return "\n".join(sent.subject for sent in mail.outbox if sent.to == [address])


def lid() -> dict[str, object]:
    """A photo of the lid."""
    drawn = io.BytesIO()
    Image.new("RGB", (600, 400), "sienna").save(drawn, "JPEG")
    return {"name": "lid.jpg", "mimeType": "image/jpeg", "buffer": drawn.getvalue()}


@pytest.mark.parametrize("screen", ["ja-390", "en-1280"])
def test_a_case_from_a_picture_to_a_rating(people, worker, aki, screen, settings, tmp_path):
    settings.PRIVATE_ROOT = tmp_path
    hana = people(screen)
    said = SAID[hana.language]
    page = hana.page

    # She writes first, and proves her address after.
    hana.open("cases/new/")
    page.locator("[name=email]").fill("hana@example.com")
    page.locator("[name=topic]").select_option("return")
    page.locator("[name=subject]").fill(said["subject"])
    page.locator("[name=body]").fill(said["body"])
    page.locator("[name=attachments]").set_input_files(lid())
    page.locator("main form button.primary").click()
    expect(page.locator("[name=code]")).to_be_visible()
    page.locator("[name=code]").fill(code_mailed_to("hana@example.com"))
    page.locator("form:has([name=code]) button[type=submit]").click()
    expect(page.locator("h1")).to_have_text(said["subject"])
    case = Case.objects.get()
    assert Attachment.objects.get().name == "lid.jpg"
    expect(page.locator(".letter .file img")).to_be_visible()

    # An agent answers; her open page, her mail and her bell say so.
    agent = people("en-1280")
    sign_in(agent, aki)
    agent.open("/desk/cases/")
    agent.page.get_by_role("link", name=said["subject"]).click()
    expect(agent.page.locator(".letter")).to_contain_text(said["body"])
    agent.page.locator("#id_body").fill(said["answer"])
    agent.page.locator("form:has(#id_body) button.primary").click()
    expect(page.locator(".letter.ours")).to_contain_text(said["answer"])
    expect(page.locator(".bell .count")).to_be_visible()
    wait_until(page, lambda: said["subject"] in mails_to("hana@example.com"))

    # Solved, but not for her: a reply opens it again.
    agent.page.locator("form[action*='/solve/'] button").click()
    expect(page.locator(".badge.good")).to_be_visible()
    page.locator("#id_body").fill(said["reply"])
    page.locator("form:has(#id_body) button.primary").click()
    expect(page.locator(".letter").last).to_contain_text(said["reply"])
    case.refresh_from_db()
    assert case.status == "open"

    # Now it is solved, and she rates it.
    page.locator(f"form[action$='/{case.number}/solve/'] button").click()
    page.get_by_label(said["rate"], exact=True).check()
    page.locator(f"form[action$='/{case.number}/rate/'] button").click()
    expect(page.locator(".notice.good").first).to_be_visible()
    rated = Touchpoint.objects.get(kind="case.rated")
    assert rated.data["score"] == 5
    assert rated.customer == Customer.objects.get(email="hana@example.com")
