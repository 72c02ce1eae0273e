"""A canary flies through the portal: no log names it, and once erased nothing else does either.

The canary is a customer whose e-mail, phone, name, address and words occur nowhere else. Logs are
read as they are written: all of ours from DEBUG up, those of libraries from INFO up.
"""

import io
import json
import logging
import re
import smtplib
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from bot.models import ChatMessage, Conversation
from notifications import delivering
from notifications.models import Delivery
from orders.feed.csv import COLUMNS
from orders.models import Order
from portal import limits, webhooks
from portal.cases import services as cases
from portal.cases.models import Case
from portal.customers import timeline, visitors
from portal.customers.models import Customer, Touchpoint
from portal.logs import Impersonal, JsonFormatter
from portal.shop import services as shop
from tests.orders.conftest import body, event

pytestmark = pytest.mark.django_db(transaction=True)

EMAIL, PHONE = "kanaria.zq@canary.example", "+818055544433"
FAMILY, GIVEN = "Quetzalzwitscher", "鳴き鳥ことり"
STREET, WORDS = "Vogelbauerweg 77-1234", "the key is under the blue flowerpot"
# Any of these gives the canary away, also as a part of something longer.
CANARIES = ("kanaria", "8055544433", FAMILY, GIVEN, "Vogelbauerweg", "flowerpot")
ROOMS = ("portal", "orders", "cms", "bot", "notifications")
SECRET = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"
ORIGIN = {"Origin": settings.CHAT_ORIGINS[0]}


class Sink(logging.Handler):
    """Writes every record as the portal does, and notes what ours said before it was masked."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(JsonFormatter())
        self.written: list[str] = []
        self.unmasked: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line of a copy of the record, which others still want as it is."""
        ours = record.name.partition(".")[0] in ROOMS
        if not ours and record.levelno < logging.INFO:
            return
        copy = logging.makeLogRecord(vars(record))
        if ours:
            extras = {k: v for k, v in vars(record).items() if k not in ("exc_info", "exc_text")}
            self.unmasked.append(f"{record.getMessage()} {extras}")
        Impersonal().filter(copy)
        self.written.append(self.format(copy))


@pytest.fixture
def sink() -> Iterator[Sink]:
    """Everything that is logged while the test runs."""
    sink, root = Sink(), logging.getLogger()
    loggers = [root, *map(logging.getLogger, ROOMS)]
    levels = [logger.level for logger in loggers]
    # First of the handlers: the portal's own masks a record in place.
    root.handlers.insert(0, sink)
    for logger in loggers[1:]:
        logger.setLevel(logging.DEBUG)
    yield sink
    root.removeHandler(sink)
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


class Failing(EmailBackend):
    """A mail server that quotes the address it refuses, as real ones do."""

    def send_messages(self, messages: Any) -> int:
        """Refuse."""
        address = messages[0].to[0]
        refusal = (550, f"<{address}>: unknown, call {PHONE}".encode())
        raise smtplib.SMTPRecipientsRefused({address: refusal})


@pytest.fixture(autouse=True)
def place(clean_site, settings, tmp_path) -> Path:
    """Where files go; the shop's secret; a shop that can be reached."""
    settings.PRIVATE_ROOT = tmp_path / "private"
    settings.FEED_SECRET = SECRET
    shop.change(email="help@hinata.example")
    return tmp_path


def code() -> str:
    """The newest code mailed to the canary; a worker may have mailed other things since."""
    sent = [message.body for message in mail.outbox if message.to == [EMAIL]]
    return [found[1] for body in sent if (found := re.search(r"\b(\d{6})\b", body))][-1]


def wrong(code: str) -> str:
    """Another code."""
    return f"{(int(code) + 1) % 10**6:06d}"


def signs_in(browser: Client) -> None:
    """Sign in by code, wrong at first."""
    asked = browser.post("/ja/sign-in/", {"email": EMAIL})
    browser.post(asked.url, {"code": wrong(code())})
    browser.post(asked.url, {"code": code()})
    assert "_auth_user_id" in browser.session


def _signed(browser: Client, path: str, data: Any, **headers: str) -> Any:
    text = json.dumps(data)
    signed = webhooks.headers(text, message_id=str(uuid.uuid4()), secrets=SECRET)
    return browser.post(path, text, content_type="application/json", headers={**signed, **headers})


def _snapshot(number: str, **more: Any) -> dict[str, Any]:
    where = {
        "first_name": GIVEN,
        "last_name": FAMILY,
        "street_address": STREET,
        "phone_number": PHONE,
        "address_country": "JP",
    }
    expected = {"id": "e", "line_items": [], "method_type": "shipping", "destination": where}
    events = [event("processing", timezone.now(), description=f"packed for {FAMILY}")]
    buyer = {"email": EMAIL, "first_name": GIVEN, "last_name": FAMILY, "phone_number": PHONE}
    return body(
        number, buyer=buyer, fulfillment={"expectations": [expected], "events": events}, **more
    )


def is_fed(browser: Client, _place: Path) -> None:
    """The shop sends good snapshots, and bad ones of every kind that quote the canary."""
    feed = "/api/v1/orders/feed"
    assert _signed(browser, feed, _snapshot("K-1")).status_code == 202
    assert _signed(browser, feed, _snapshot("K-2")).status_code == 202
    bad: list[dict[str, Any]] = [
        {"placed_at": EMAIL},
        {"currency": PHONE},
        {"line_items": FAMILY},
        {"totals": [{"type": STREET, "amount": WORDS}]},
        {"id": "another"},
    ]
    for change in bad:
        assert _signed(browser, feed, {**_snapshot("K-1"), **change}).status_code == 422
    unsigned = {"webhook-signature": f"v1,{EMAIL}"}
    assert _signed(browser, feed, _snapshot("K-1"), **unsigned).status_code == 401
    contact = {
        "id": "call-1",
        "kind": "contact.call",
        "channel": "phone",
        "direction": "in",
        "happened_at": timezone.now().isoformat(),
        "customer": {"email": EMAIL, "phone": PHONE},
        "summary": WORDS,
    }
    touchpoints = "/api/v1/touchpoints"
    assert _signed(browser, touchpoints, contact).status_code == 202
    refused = {**contact, "id": "call-2", "customer": {"email": FAMILY, "phone": STREET}}
    assert _signed(browser, touchpoints, refused).status_code == 422


def is_imported(_browser: Client, place: Path) -> None:
    """A file has a good row of the canary's and bad ones."""
    row = dict.fromkeys(COLUMNS, "") | {
        "order_number": "K-3",
        "placed_at": "2026-11-01T10:00:00",
        "email": EMAIL,
        "name": FAMILY,
        "currency": "JPY",
        "status": "delivered",
        "sku": "HT-SEN-100",
        "title": "煎茶",
        "quantity": "1",
        "unit_price": "1280",
    }
    bad = [
        {"order_number": "K-4", "email": f"{EMAIL} or {PHONE}"},
        {"order_number": "K-5", "status": STREET},
        {"order_number": "K-6", "quantity": FAMILY},
        {"order_number": "K-7", "placed_at": WORDS},
    ]
    lines = [",".join(COLUMNS), *(",".join({**row, **more}.values()) for more in [{}, *bad])]
    file = place / "orders.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    out, said = io.StringIO(), io.StringIO()
    call_command("import_orders", str(file), stdout=out, stderr=said)
    counts = json.loads(out.getvalue().splitlines()[-1])
    assert (counts["created"], counts["rejected"]) == (1, 4)
    # What a terminal shows is kept as well, by cron for one.
    assert not [canary for canary in CANARIES if canary in said.getvalue()]
    file.unlink()


def finds_an_order(browser: Client, _place: Path) -> None:
    """By a wrong number, a wrong address and the right ones, signed in and not."""
    for number, email in (("K-1", EMAIL), ("WRONG-1", EMAIL), (FAMILY, EMAIL), ("K-1", STREET)):
        Client().post("/en/orders/find/", {"number": number, "email": email})
        browser.post("/en/orders/find/", {"number": number, "email": email})
        signs_in(browser)
    assert browser.get("/ja/orders/K-1/").status_code == 200
    for path in (f"orders/{FAMILY}/", f"help/{FAMILY}/", f"cases/{GIVEN}/", f"?q={WORDS}"):
        browser.get(f"/ja/{path}")
    Client().get(f"/ja/help/?q={EMAIL}")
    cancelled = browser.post(
        "/ja/orders/K-2/cancel/", {"reason": "other", "note": f"{WORDS} {PHONE}"}
    )
    assert cancelled.status_code == 302


def chats(browser: Client, _place: Path) -> None:
    """The canary proves its address inside the chat and tells the bot too much."""
    visitor = visitors.new().token
    said = [f"I am {FAMILY}, {EMAIL}", f"My phone is {PHONE}", WORDS, "Talk to a person"]
    hello = {
        "type": "hello",
        "conversation": None,
        "after": 0,
        "language": "en",
        "page": f"/{GIVEN}",
    }
    texts = [{"type": "say", "id": str(uuid.uuid4()), "text": text} for text in said]
    bad = [{"type": EMAIL}, {"type": "press", "id": str(uuid.uuid4()), "payload": WORDS}, FAMILY]

    def send(path: str, data: Any, client: Client) -> Any:
        return client.post(path, data, content_type="application/json", headers=ORIGIN)

    frames = {"frames": [{**hello, "visitor": visitor}, *texts, *bad]}
    stranger = Client()
    assert send("/chat/frames/", frames, stranger).status_code == 200
    send("/sign-in/code/", {"email": EMAIL, "visitor": visitor}, stranger)
    confirm = "/sign-in/code/confirm/"
    send(confirm, {"code": wrong(code()), "visitor": visitor}, stranger)
    proven = send(confirm, {"code": code(), "visitor": visitor}, stranger).json()["visitor"]
    frames = {"frames": [{**hello, "visitor": proven}, {**texts[2], "id": str(uuid.uuid4())}]}
    assert send("/chat/frames/", frames, stranger).status_code == 200


def asks(browser: Client, _place: Path) -> None:
    """A case with a file, a refused file, a reply and a rating; a draft that is not finished."""
    asked = {"topic": "other", "subject": f"{FAMILY}: {WORDS}", "body": f"{WORDS} {PHONE}"}
    pdf = f"%PDF-1.4 {WORDS}".encode()
    file = SimpleUploadedFile(f"{FAMILY}.pdf", pdf, "application/pdf")
    assert browser.post("/ja/cases/new/", {**asked, "attachments": [file]}).status_code == 302
    bad = SimpleUploadedFile(f"{FAMILY}.exe", WORDS.encode(), "application/pdf")
    assert browser.post("/ja/cases/new/", {**asked, "attachments": [bad]}).status_code == 200
    case = Case.objects.of(Customer.objects.get(email=EMAIL)).get()
    browser.post(f"/ja/cases/{case.number}/reply/", {"body": WORDS})
    browser.post(f"/ja/cases/{case.number}/solve/")
    browser.post(f"/ja/cases/{case.number}/rate/", {"score": 5, "comment": f"{WORDS} {GIVEN}"})
    file = SimpleUploadedFile(f"{FAMILY}.pdf", pdf, "application/pdf")
    Client().post("/ja/cases/new/", {**asked, "email": EMAIL, "attachments": [file]})
    profile = {"name": FAMILY, "kana": GIVEN, "phone": PHONE, "language": "en"}
    assert browser.post("/ja/settings/", profile).status_code == 302
    browser.post("/en/settings/", {**profile, "language": STREET})


def is_told(_browser: Client, _place: Path) -> None:
    """Mails go out, and some cannot."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "EMAIL_BACKEND", f"{__name__}.Failing")
        delivering.deliver_due()
        Client().post("/ja/sign-in/", {"email": EMAIL})
        canary = Customer.objects.get(email=EMAIL)
        timeline.record(
            "order.shipped", customer=canary, about=canary.orders.first(), channel="web"
        )
        delivering.deliver_due()
    assert Delivery.objects.filter(status="due", attempts=1).exists()
    Delivery.objects.update(due_at=timezone.now())
    delivering.deliver_due()
    assert Delivery.objects.filter(channel="email", status="sent").exists()


def meets_a_fault(browser: Client, _place: Path) -> None:
    """A page breaks, with an error that quotes a row as databases do."""

    def broken(*_args: Any, **_named: Any) -> None:
        raise ValueError(f"Failing row contains ({EMAIL}, {PHONE}, {FAMILY}, {STREET})")

    careless = Client(raise_request_exception=False)
    careless.cookies = browser.cookies
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cases, "reply", broken)
        patch.setattr("bot.dialogue.take", broken)
        number = Case.objects.first().number
        answer = careless.post(f"/ja/cases/{number}/reply/", {"body": WORDS})
        assert answer.status_code == 500
        frames = [
            {"type": "hello", "conversation": None, "after": 0, "language": "ja", "visitor": None},
            {"type": "say", "id": str(uuid.uuid4()), "text": WORDS},
        ]
        answer = Client().post(
            "/chat/frames/", {"frames": frames}, content_type="application/json", headers=ORIGIN
        )
        assert answer.json()["frames"][-1]["code"] == "unavailable"


FLIGHT: list[Callable[[Client, Path], None]] = [
    is_fed,
    is_imported,
    finds_an_order,
    chats,
    asks,
    is_told,
    meets_a_fault,
]


def _fly(place: Path) -> Client:
    browser = Client()
    signs_in(browser)
    for leg in FLIGHT:
        limits.reset()
        leg(browser, place)
    return browser


def _named_in(texts: list[str]) -> list[str]:
    return [text for text in texts if any(canary in text for canary in CANARIES)]


def test_no_log_names_the_canary(place, sink):
    _fly(place)
    assert len(sink.written) > 20
    assert _named_in(sink.written) == []
    assert _named_in(sink.unmasked) == [], "masked when written, but never to be logged at all"


def _tables() -> set[str]:
    """Return every table of which any row, read as text, gives the canary away."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            if _named_in([str(row) for row in cursor.fetchall()]):
                found.add(table)
    # A session is kept packed: it is read as Django reads it.
    if _named_in([str(session.get_decoded()) for session in Session.objects.all()]):
        found.add("django_session")
    return found


def _files(place: Path) -> list[str]:
    """Return the files whose name or content gives the canary away."""
    every = [path for root in (place, Path(settings.MEDIA_ROOT)) for path in root.rglob("*")]
    read = [
        f"{path} {path.read_bytes().decode(errors='replace')}" for path in every if path.is_file()
    ]
    return [text.split(" ")[0] for text in _named_in(read)]


def _counts() -> dict[str, int]:
    rooms = (Order, Case, Conversation, ChatMessage, Touchpoint)
    return {model.__name__: model.objects.count() for model in rooms}


def test_an_erased_canary_is_in_no_table_no_file_and_no_log(place, sink):
    browser = _fly(place)
    # Somewhere a code was asked for and never typed in.
    Client().post("/ja/sign-in/", {"email": EMAIL})
    assert {"customers_customer", "orders_order", "cases_case", "bot_chatmessage"} <= _tables()
    assert "django_session" in _tables()
    assert len(_files(place)) == 2
    before = _counts()
    assert browser.post("/en/settings/privacy/erase/", {"sure": "on"}).status_code == 302
    assert _tables() == set()
    assert _files(place) == []
    assert _named_in(sink.written) == []
    after = _counts()
    assert {name: after[name] >= count for name, count in before.items()} == dict.fromkeys(
        before, True
    )
    assert Order.objects.filter(number__startswith="K-", total__gt=0).count() == 3
