"""An erased customer's order goes on, but the person does not come back with it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from orders import links
from orders.models import Order
from portal.customers import services
from portal.customers.models import Customer
from tests.orders.conftest import body, event, take

pytestmark = pytest.mark.django_db


def test_a_later_snapshot_moves_the_order_on_and_brings_nobody_back(fed):
    order = fed()
    services.erase(order.customer, by=order.customer)
    later = timezone.now() + timedelta(minutes=1)
    data = body(permalink_url="https://shop.example/orders/H-1?name=alice")
    data["fulfillment"]["events"] = [event("shipped", timezone.now())]
    assert take(data, at=later) == "updated"
    order = Order.objects.get()
    assert order.status == "shipped"
    assert (order.permalink_url, order.destination) == ("", {})
    assert list(Customer.objects.values_list("email", flat=True)) == [None]


def test_the_link_in_an_old_mail_dies_with_the_person(client, fed):
    order = fed()
    path = f"/en/orders/link/{links.token(order)}/"
    assert client.get(path).status_code == 200
    services.erase(order.customer, by=order.customer)
    assert client.get(path).status_code == 404
