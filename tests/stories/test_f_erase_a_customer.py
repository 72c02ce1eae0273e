"""Story (f): somebody looks at what is held about them, takes it along, and is erased."""

import json
import zipfile

import pytest
from django.db import connection
from playwright.sync_api import expect

from orders.models import Order
from portal.customers.models import Customer
from tests.stories.conftest import code_mailed_to, snapshot

pytestmark = pytest.mark.browser

CANARY = "canary.bird@example.com"
SAID = {
    "ja": {
        "download": "すべてダウンロードする",
        "look": "消去される内容を確認する",
        "kept": "7年間",
        "sure": "元に戻せないことを確認しました",
        "erase": "情報を消去する",
        "gone": "お客さまの情報を消去しました",
    },
    "en": {
        "download": "Download everything",
        "look": "See what would be erased",
        "kept": "Tax law wants the books kept for 7 years",
        "sure": "this cannot be undone",
        "erase": "Erase my data",
        "gone": "You are erased.",
    },
}


@pytest.mark.parametrize("screen", ["ja-390", "en-1280"])
def test_a_person_goes_and_the_order_stays(people, feed, screen, tmp_path, caplog):
    assert feed(snapshot("H-99", CANARY)) == 202
    bird = people(screen)
    said, page = SAID[bird.language], bird.page

    bird.open("sign-in/")
    page.locator("input[name=email]").fill(CANARY)
    page.locator("form:has(input[name=email]) button[type=submit]").click()
    page.locator("input[name=code]").fill(code_mailed_to(CANARY))
    page.locator("form:has(input[name=code]) button[type=submit]").first.click()
    page.wait_for_url(f"**/{bird.language}/")

    bird.open("settings/privacy/")
    with page.expect_download() as got:
        page.get_by_role("button", name=said["download"]).click()
    got.value.save_as(tmp_path / "mine.zip")
    mine = json.loads(zipfile.ZipFile(tmp_path / "mine.zip").read("data.json"))
    assert mine["customer"][0]["email"] == CANARY
    assert mine["order"][0]["number"] == "H-99"

    page.get_by_role("link", name=said["look"]).click()
    expect(page.get_by_role("main")).to_contain_text(said["kept"])
    page.get_by_label(said["sure"]).check()
    page.get_by_role("button", name=said["erase"]).click()
    expect(page.get_by_role("status").first).to_contain_text(said["gone"])

    assert Order.objects.get().number == "H-99"
    assert Customer.objects.get().email is None
    assert tables_with(CANARY) == set()
    assert CANARY not in caplog.text
    bird.open("orders/H-99/")
    assert bird.path == f"/{bird.language}/orders/find/"


def tables_with(words: str) -> set[str]:
    """Every table that has the words in a column of any row."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            if any(words in str(value) for row in cursor.fetchall() for value in row):
                found.add(table)
    return found
