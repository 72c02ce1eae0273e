"""How many questions the most used pages ask the database: few, and no more for more rows."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bot.models import ChatMessage, Conversation
from cms import services as cms
from cms.answers import current
from cms.setup import lay_out
from notifications.models import Channel, Delivery, Notification
from portal.cases.models import Case, CaseMessage
from portal.customers import timeline
from portal.customers.models import Customer
from portal.shop import services as shop
from tests.orders.conftest import body, event, take

pytestmark = pytest.mark.django_db

FEW, MANY = 2, 9

# Path, who asks, and how many questions it may take, with the session and the person among them.
PAGES = [
    ("/en/", "alice", 13),
    ("/en/help/", "alice", 17),
    ("/en/help/?q=parcel", "alice", 14),
    ("/en/help/parcel-0/", "alice", 19),
    ("/en/home/mine/", "alice", 9),
    ("/en/orders/", "alice", 10),
    ("/en/orders/N-0/", "alice", 10),
    ("/en/cases/", "alice", 6),
    ("/en/cases/C-0/", "alice", 7),
    ("/en/history/", "alice", 8),
    ("/en/inbox/", "alice", 8),
    ("/en/settings/privacy/", "alice", 23),
    ("/desk/", "aki", 6),
    ("/desk/cases/", "aki", 7),
    ("/desk/customer/{alice}/", "aki", 12),
]


def grow(alice: Customer, aki: Customer, start: int, end: int) -> None:
    """Give every room more rows of alice's: orders, cases, chats, mails, answers."""
    shipped = event("shipped", timezone.now() - timedelta(hours=1))
    chat, _ = Conversation.objects.get_or_create(customer=alice)
    for n in range(start, end):
        take(body(f"N-{n}", alice.email, fulfillment={"expectations": [], "events": [shipped]}))
        case = Case.objects.create(number=f"C-{n}", customer=alice, subject=f"s{n}", agent=aki)
        CaseMessage.objects.create(case=case, by="customer", author=alice, body="words")
        row = timeline.record(
            "case.answered", customer=alice, about=case, data={"case": case.number}, tell=False
        )
        told = Notification.objects.create(touchpoint=row, customer=alice, topic="cases")
        Delivery.objects.create(notification=told, channel=Channel.INBOX, status="sent")
        ChatMessage.objects.create(conversation=chat, seq=n + 1, author="customer", text="words")
        open_chat = Conversation.objects.create(visitor=f"v{n}", owner="agent", agent=aki)
        ChatMessage.objects.create(conversation=open_chat, seq=1, author="customer", text="words")
        cms.publish_faq(
            language="en",
            slug=f"parcel-{n}",
            topic="Delivery",
            question=f"Where is my parcel {n}?",
            short_answer="On its way.",
            alternates=(),
        )
    first = Case.objects.get(number="C-0")
    for _ in range(start, end):
        CaseMessage.objects.create(case=first, by="agent", author=aki, body="an answer")


@pytest.fixture
def counted(alice: Customer, aki: Customer) -> Callable[[str, str], int]:
    """Counts the questions of the second look at a page: the first one warms what is kept."""

    def count(path: str, who: str) -> int:
        client = Client()
        client.force_login({"alice": alice, "aki": aki}[who])
        path = path.format(alice=alice.pk)
        assert client.get(path).status_code == 200, path
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(path)
        return len(asked)

    return count


def test_the_most_used_pages_ask_few_questions_and_no_more_for_more_rows(
    counted: Callable[[str, str], int], alice: Customer, aki: Customer
):
    lay_out()
    shop.current()
    grow(alice, aki, 0, FEW)
    few = {path: counted(path, who) for path, who, _most in PAGES}
    grow(alice, aki, FEW, MANY)
    many = {path: counted(path, who) for path, who, _most in PAGES}
    current.forget()
    assert many == few, "a page's count grows with its rows"
    too_many = {path: few[path] for path, _who, most in PAGES if few[path] > most}
    assert not too_many
