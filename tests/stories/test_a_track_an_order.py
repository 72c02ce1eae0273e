"""Story (a): find an order by number and e-mail, enter the code, watch it being shipped."""

import pytest
from playwright.sync_api import expect

from orders.feed.carriers import YAMATO
from tests.stories.conftest import code_mailed_to, shipped, snapshot

pytestmark = pytest.mark.browser

SAID = {
    "ja": {
        "number": "注文番号",
        "email": "メールアドレス",
        "send": "確認コードを送る",
        "shipped": "発送",
    },
    "en": {
        "number": "Order number",
        "email": "E-mail",
        "send": "Send me the code",
        "shipped": "Shipped",
    },
}


@pytest.mark.everywhere
@pytest.mark.parametrize("screen", ["ja-390", "en-1280"])
def test_an_order_is_found_and_the_open_page_changes_by_itself(people, feed, screen):
    order = snapshot("H-77", "hana@example.com")
    assert feed(order) == 202
    hana = people(screen)
    said = SAID[hana.language]
    page = hana.page

    hana.open("orders/find/")
    page.get_by_label(said["number"]).fill("H-77")
    page.get_by_label(said["email"]).fill("hana@example.com")
    page.get_by_role("button", name=said["send"]).click()
    page.locator("input[name=code]").fill(code_mailed_to("hana@example.com"))
    page.locator("form:has(input[name=code]) button[type=submit]").click()
    expect(page.locator("#order-title")).to_contain_text("H-77")
    assert hana.path == f"/{hana.language}/orders/H-77/"
    expect(page.locator("#order .badge").first).not_to_contain_text(said["shipped"])

    # The page must have its socket before the shop ships: only then "by itself" means anything.
    page.wait_for_timeout(500)
    assert feed(shipped(order)) == 202
    expect(page.locator("#order .badge").first).to_contain_text(said["shipped"])
    expect(page.locator(".parcel a")).to_have_attribute("href", YAMATO.url("445915102258"))
