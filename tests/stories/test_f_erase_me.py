"""Story (f): a customer has herself erased; orders and counts stay, the person is gone."""

import json

import pytest
from django.apps import apps
from django.core import serializers
from playwright.sync_api import expect

from orders.models import Order
from portal.cases import services as cases
from portal.customers.models import Customer, Touchpoint
from tests.browser.cast import sign_in
from tests.stories.conftest import snapshot

pytestmark = pytest.mark.browser

CANARIES = ("canary-hana@example.com", "+819012345678", "09012345678", "鈴森カナリア")


def every_row() -> str:
    """All rows of all tables, as text."""
    rows = [row for model in apps.get_models() for row in model._base_manager.all()]
    return json.dumps(json.loads(serializers.serialize("json", rows)), ensure_ascii=False)


@pytest.mark.parametrize("screen", ["ja-390", "en-1280"])
def test_an_erased_customer_is_nowhere_to_be_found(people, feed, screen, caplog):
    buyer = {"first_name": "カナリア", "last_name": "鈴森", "phone_number": "+819012345678"}
    order = snapshot("H-9", CANARIES[0])
    feed({**order, "buyer": {**order["buyer"], **buyer}})
    hana = Customer.objects.get(email=CANARIES[0])
    Customer.objects.filter(pk=hana.pk).update(name=CANARIES[3])
    cases.open_case(
        hana, subject="電話の件", body="09012345678にお電話ください", topic="other", channel="web"
    )
    before = Touchpoint.objects.count()
    assert CANARIES[0] in every_row()

    person = people(screen)
    sign_in(person, hana)
    page = person.page
    person.open("settings/privacy/erase/")
    expect(page.locator("table")).to_be_visible()
    page.locator("main form input[type=checkbox]").check()
    page.locator("main form button.danger").click()
    expect(page.locator(".notice.good")).to_be_visible()

    left = every_row()
    assert [canary for canary in CANARIES if canary in left] == []
    assert [canary for canary in CANARIES if canary in caplog.text] == []
    assert Order.objects.get().number == "H-9"
    assert Order.objects.get().total == 4210
    assert Touchpoint.objects.count() >= before

    person.open("orders/H-9/")
    assert "/orders/find/" in page.url
