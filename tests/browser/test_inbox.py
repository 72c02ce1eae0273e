"""The bell rings on an open page, the inbox empties it, and choices hold; on phone and desk."""

import pytest
from playwright.sync_api import expect

from notifications import preferences
from notifications.models import Channel, Delivery
from orders.models import Order
from portal.customers import timeline
from portal.customers.models import Customer
from tests.browser.cast import sign_in
from tests.harness.plugin import SCREENS
from tests.orders.conftest import body, take

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = {
    "ja": {"unread": "未読1件", "shipped": "発送", "save": "保存する", "saved": "保存しました。"},
    "en": {"unread": "1 unread", "shipped": "shipped", "save": "Save", "saved": "Saved."},
}


@pytest.mark.parametrize("screen", list(SCREENS))
def test_the_bell_rings_and_choices_are_kept(people, screen):
    words = WORDS[screen[:2]]
    alice = Customer.objects.create_user("alice@example.com", name="Alice", language=screen[:2])
    take(body("H-1"), tell=False)
    person = people(screen)
    sign_in(person, alice)
    with person.page.expect_websocket():
        person.open("settings/notifications/")
    bell = person.page.locator(".bell")
    # The page is heard of once its socket has joined its group.
    person.page.wait_for_timeout(500)
    expect(bell.locator(".count")).to_have_count(0)
    timeline.record(
        "order.shipped", customer=alice, about=Order.objects.get(), data={"order": "H-1"}
    )
    bell.get_by_text(words["unread"]).wait_for()
    bell.click()
    entry = person.page.locator(".inbox .unread a")
    assert words["shipped"] in entry.inner_text()
    entry.click()
    person.page.wait_for_url("**/orders/H-1/")
    expect(bell.locator(".count")).to_have_count(0)
    person.open("settings/notifications/")
    person.page.locator("[name=orders-email]").uncheck()
    person.page.get_by_role("button", name=words["save"]).click()
    person.page.get_by_text(words["saved"]).wait_for()
    assert preferences.wanted(alice, "orders") == {Channel.INBOX}
    assert Delivery.objects.count() == 2
