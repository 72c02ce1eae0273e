"""What the most used pages ask the database: no more for twenty rows than for two.

The bounds stand just above today's figures: who needs more raises one on purpose.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from bot import conversations, handoff
from cms import services as cms
from notifications.models import Delivery, Notification
from orders import links
from orders.models import Order
from portal.cases import services as cases
from portal.customers import services as customers
from portal.customers import timeline
from portal.customers.models import Customer
from portal.desk import chats
from portal.shop import services as shop
from portal.uploads import Upload
from tests.bot.cast import a_conversation
from tests.cms.conftest import _faq, fresh_index, pages
from tests.orders.conftest import body, event, line, take

__all__ = ["fresh_index", "pages"]
pytestmark = pytest.mark.django_db
FEW, MANY = 2, 20

# Who opens it, its path, and how many queries it may take.
PAGES: dict[str, tuple[str, str, int]] = {
    "home": ("nobody", "/en/", 10),
    "home, what is mine": ("alice", "/en/home/mine/", 8),
    "help": ("nobody", "/en/help/", 14),
    "help, searched": ("nobody", "/en/help/?q=shipping", 11),
    "FAQ page": ("nobody", "/en/help/question-0/", 16),
    "products": ("nobody", "/en/products/", 16),
    "product": ("nobody", "/en/products/product-0/", 16),
    "orders": ("alice", "/en/orders/", 9),
    "order": ("alice", "/en/orders/LONG-1/", 9),
    "masked order": ("nobody", "{link}", 6),
    "cases": ("alice", "/en/cases/", 5),
    "case": ("alice", "/en/cases/{case}/", 6),
    "history": ("alice", "/en/history/", 8),
    "inbox": ("alice", "/en/inbox/", 7),
    "privacy": ("alice", "/en/settings/privacy/", 22),
    "desk": ("aki", "/desk/", 5),
    "desk, about a chat": ("aki", "/desk/chats/{chat}/about/", 15),
    "desk, cases": ("aki", "/desk/cases/", 6),
    "desk, case": ("aki", "/desk/cases/{case}/", 19),
    "desk, customer": ("aki", "/desk/customer/{alice}/", 14),
    "desk, undelivered": ("aki", "/desk/undelivered/", 7),
    "desk, found customers": ("aki", "/desk/customers/?q=Stone", 5),
}


class World:
    """A shop in which there are so many rows of everything."""

    def __init__(self, alice: Customer, aki: Customer, picture: Path) -> None:
        self.alice, self.aki, self.picture, self.rows = alice, aki, picture, 0
        take(body("ALICES-1"), tell=False)
        self.order = alice.orders.get()
        asked = {"subject": "A chipped lid", "body": "See the file.", "topic": "product"}
        self.case = cases.open_case(alice, channel="web", order=self.order, **asked)
        self.chat = a_conversation(alice, language="en")
        customers.prove(alice, kind="email", value=str(alice.email))

    def grow(self, rows: int) -> None:
        """Let there be ``rows`` of everything."""
        for number in range(self.rows, rows):
            for more in (self._read, self._bought, self._asked, self._chatted):
                more(number)
        self.rows = rows
        self._one_long_order(rows)

    def _read(self, number: int) -> None:
        question = f"How much is shipping to island {number}?"
        _faq("en", f"question-{number}", "Delivery", question, "Shipping is 600 yen.", "Postage?")
        cms.publish_product(
            language="en",
            slug=f"product-{number}",
            sku=f"P-{number}",
            title=f"Cup {number}",
            summary="A cup.",
            price=1280,
            faqs=["question-0", f"question-{number}"],
            images=[(self.picture, "A cup.")],
        )

    def _bought(self, number: int) -> None:
        shipped = event("shipped", timezone.now(), number)
        take(body(f"H-{number}", fulfillment={"expectations": [], "events": [shipped]}), tell=False)
        order = Order.objects.get(number=f"H-{number}")
        told = timeline.record("order.shipped", customer=self.alice, about=order, channel="system")
        row = Notification.objects.create(touchpoint=told, customer=self.alice, topic="orders")
        Delivery.objects.create(notification=row, channel="inbox", status="sent")
        Delivery.objects.create(notification=row, channel="email", status="failed")

    def _asked(self, number: int) -> None:
        asked = {"subject": f"Cup {number}", "body": "Chipped.", "topic": "product"}
        order = Order.objects.get(number=f"H-{number}")
        case = cases.open_case(self.alice, channel="web", order=order, **asked)
        cases.assign(case, agent=self.aki, by=self.aki)
        file = Upload("lid.pdf", "application/pdf", ContentFile(b"%PDF-1.4"))
        cases.reply(self.case, by=self.alice, body="And here.", files=[file])
        cases.answer(self.case, by=self.aki, body="Thank you.", files=[file])
        cases.note(self.case, by=self.aki, body="A note.")

    def _chatted(self, number: int) -> None:
        customer = Customer.objects.create_user(f"stone{number}@example.com", name="Stone")
        for whose in (customer, self.alice):
            row = a_conversation(whose, language="en")
            conversations.append(row, author="customer", text="hello")
            handoff.request(row, reason="asked")
            if whose == customer:
                handoff.accept(row, agent=self.aki)
        customers.prove(self.alice, kind="phone", value=f"+8190555544{number:02}")

    def _one_long_order(self, rows: int) -> None:
        at = timezone.now() - timedelta(hours=1)
        events = [event("in_transit", at, number) for number in range(rows)]
        lines = [line(f"l{number}", "HT-SEN-100", "煎茶", 1280) for number in range(rows)]
        data = body("LONG-1", line_items=lines, created_time=timezone.now().isoformat())
        take({**data, "fulfillment": {"expectations": [], "events": events}}, tell=False)

    def path(self, pattern: str) -> str:
        """Fill in what a path names."""
        named = SimpleNamespace(
            link=f"/en/orders/link/{links.token(self.order)}/",
            case=self.case.number,
            chat=self.chat.public_id,
            alice=self.alice.pk,
        )
        return pattern.format(**vars(named))


@pytest.fixture
def world(pages, alice, aki, settings, tmp_path) -> World:
    """A small world to begin with."""
    settings.PRIVATE_ROOT = settings.MEDIA_ROOT = tmp_path
    Customer.objects.update(language="en")
    Image.new("RGB", (400, 300), "green").save(tmp_path / "cup.png")
    return World(alice, aki, tmp_path / "cup.png")


@pytest.fixture
def browsers(alice, aki) -> dict[str, Client]:
    """Who opens the pages."""
    found = {name: Client() for name in ("nobody", "alice", "aki")}
    found["alice"].force_login(alice)
    found["aki"].force_login(aki)
    return found


@pytest.fixture
def asks(browsers, world) -> Callable[[str], list[str]]:
    """The queries of a page whose caches are warm."""

    def ask(name: str) -> list[str]:
        who, pattern, _most = PAGES[name]
        path = world.path(pattern)
        shop.change()  # kept for a minute, which must not end between the two
        assert browsers[who].get(path).status_code == 200, path
        with CaptureQueriesContext(connection) as asked:
            browsers[who].get(path)
        return [query["sql"][:300] for query in asked]

    return ask


def test_no_page_asks_more_for_more_rows_or_more_than_its_bound(world, asks):
    world.grow(FEW)
    few = {name: asks(name) for name in PAGES}
    world.grow(MANY)
    many = {name: asks(name) for name in PAGES}
    grown = {name: _only(many[name], few[name]) for name in PAGES}
    assert not {name: more for name, more in grown.items() if len(many[name]) > len(few[name])}
    assert not {
        name: len(many[name]) for name, (_, _, most) in PAGES.items() if len(many[name]) > most
    }


def _only(many: list[str], few: list[str]) -> list[str]:
    """Return what is asked for many rows only, each once."""
    return sorted({sql for sql in many if many.count(sql) > few.count(sql)})[:6]


def test_the_queue_at_the_desk_is_one_question_however_many_wait(world):
    asked = []
    for rows in (FEW, MANY):
        world.grow(rows)
        with CaptureQueriesContext(connection) as queries:
            assert len(chats.queue()["waiting"]) == rows
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 2
