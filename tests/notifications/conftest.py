"""Something to tell: an order of alice's, a case of bob's, and what happens to them."""

from collections.abc import Callable
from typing import Any

import pytest

from notifications import delivering
from notifications.models import Delivery
from orders.models import Order
from portal import doorbell
from portal.cases import services as cases
from portal.cases.models import Case
from portal.customers import timeline
from portal.customers.models import Touchpoint
from portal.shop import services as shop
from tests.orders.conftest import body, take


@pytest.fixture(autouse=True)
def hinata(db: None) -> None:
    """The shop has a name in both languages and an address to reply to."""
    shop.change(name_ja="ひなた茶舗", name_en="Hinata Tea", email="help@hinata.example")


@pytest.fixture(autouse=True)
def broker_in_reach() -> None:
    """No test inherits the silence after another's lost broker."""
    doorbell.listen()


@pytest.fixture
def order(alice: Any) -> Order:
    """Alice's order H-1, taken without telling anybody."""
    take(body("H-1"), tell=False)
    return Order.objects.get(number="H-1")


@pytest.fixture
def case(bob: Any) -> Case:
    """Bob's question, which nobody has been told of."""
    return cases.open_case(
        bob, subject="A chipped cup", body="It arrived so.", topic="product", channel="web"
    )


@pytest.fixture
def happens(django_capture_on_commit_callbacks: Any) -> Callable[..., Touchpoint]:
    """Record a touchpoint and let everything after its commit run."""

    def record(kind: str, about: Any, **facts: Any) -> Touchpoint:
        name = "order" if isinstance(about, Order) else "case"
        data = {name: about.number, **facts.pop("data", {})}
        with django_capture_on_commit_callbacks(execute=True):
            row = timeline.record(
                kind, **{"customer": about.customer, "about": about, "data": data, **facts}
            )
        return row

    return record


@pytest.fixture
def sent(mailoutbox: list[Any]) -> Callable[[], list[Any]]:
    """Let everything due be sent, and return all mails so far."""

    def sweep() -> list[Any]:
        delivering.deliver_due()
        return mailoutbox

    return sweep


def delivery(channel: str = "email") -> Delivery:
    """The only delivery over a channel."""
    return Delivery.objects.get(channel=channel)
