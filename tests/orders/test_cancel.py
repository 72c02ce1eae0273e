"""Cancelling: one function for page and bot, the request to the shop, and its answer."""

import json
import threading
import uuid
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.db import connection
from django.utils import timezone
from freezegun import freeze_time

from orders import eligibility, gateway, services, tasks
from orders.models import Cancellation, Order, ShopRequest
from portal import webhooks
from portal.customers.models import Touchpoint
from portal.logs import Impersonal
from tests.orders.conftest import body, event, take

pytestmark = pytest.mark.django_db

SECRET = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"


def adjustment(request_id, state="completed", amount=-4210, kind="cancellation", key="adj_1"):
    return {
        "id": key,
        "type": kind,
        "status": state,
        "occurred_at": timezone.now().isoformat(),
        "totals": [{"type": "total", "amount": amount}],
        "request_id": str(request_id),
    }


@pytest.fixture
def wish(alice, fed):
    """A cancellation that alice has asked for."""
    return services.cancel(fed(), by=alice, channel="web", reason="mistake")


def test_it_writes_the_wish_the_request_and_the_history(alice, wish):
    request = wish.request
    assert request.body["type"] == "order.cancel_requested"
    assert request.body["data"] == {
        "request_id": str(request.pk),
        "order_id": "order_H-1",
        "lines": [{"id": "li_1", "quantity": 2}, {"id": "li_2", "quantity": 1}],
        "reason": "mistake",
    }
    assert wish.refund_preview == 4210
    row = Touchpoint.objects.get(kind="order.cancel_requested")
    assert (row.channel, row.actor, row.data["order"]) == ("web", alice, "H-1")


@pytest.mark.parametrize(
    ("come", "code"),
    [("shipped", "shipped"), ("out_for_delivery", "shipped"), ("delivered", "delivered")],
)
def test_what_has_shipped_cannot_be_cancelled(alice, fed, come, code):
    with pytest.raises(services.NotPossible) as no:
        services.cancel(fed(come=come), by=alice, channel="chat")
    assert no.value.eligibility.code == code
    assert not Cancellation.objects.exists()
    assert not ShopRequest.objects.exists()
    assert not Touchpoint.objects.filter(kind="order.cancel_requested").exists()


def test_an_order_that_shipped_since_the_page_was_opened_is_not_cancelled(alice, fed):
    order = fed()
    data = body()
    data["fulfillment"]["events"] = [event("shipped", timezone.now())]
    take(data)
    with pytest.raises(services.NotPossible):
        services.cancel(order, by=alice, channel="web")


def test_what_went_back_already_is_not_promised_again(fed):
    order = fed(adjustments=[adjustment(uuid.uuid4(), amount=-1280, kind="refund")])
    assert eligibility.may_cancel(order).refund == 4210 - 1280


@pytest.mark.django_db(transaction=True)
def test_of_many_who_ask_at_the_same_time_one_succeeds(alice, fed):
    order, start, codes = fed(), threading.Barrier(6), []

    def ask():
        start.wait()
        try:
            services.cancel(order, by=alice, channel="web")
            codes.append("ok")
        except services.NotPossible as no:
            codes.append(no.eligibility.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == ["ok"] + ["requested"] * 5
    assert ShopRequest.objects.count() == 1


class TestAnswer:
    """The shop answers through the feed, with an adjustment that carries the request's id."""

    @pytest.mark.parametrize(
        ("state", "amount", "becomes", "status"),
        [
            ("pending", -4210, "approved", "received"),
            ("completed", 0, "approved", "cancelled"),
            ("completed", -4210, "refunded", "cancelled"),
            ("failed", 0, "declined", "received"),
        ],
    )
    def test_it_moves_the_wish(self, wish, state, amount, becomes, status):
        take(body(adjustments=[adjustment(wish.request_id, state, amount)]))
        wish.refresh_from_db()
        assert wish.state == becomes
        assert wish.request.answer == state
        assert wish.request.answered_at
        assert Order.objects.get().status == status

    def test_pending_and_then_final(self, wish):
        for state in ("pending", "completed"):
            take(body(adjustments=[adjustment(wish.request_id, state)]))
        wish.refresh_from_db()
        assert wish.state == "refunded"

    def test_a_refusal_is_told_with_the_shops_reason(self, wish):
        answer = adjustment(wish.request_id, "failed", 0) | {"description": "梱包済みです"}
        take(body(adjustments=[answer]))
        row = Touchpoint.objects.get(kind="order.cancel_declined")
        assert row.data == {"order": "H-1", "why": "declined", "note": "梱包済みです"}

    def test_after_a_refusal_one_may_ask_again(self, alice, wish):
        take(body(adjustments=[adjustment(wish.request_id, "failed", 0)]))
        assert services.cancel(Order.objects.get(), by=alice, channel="web").state == "requested"

    def test_a_parcel_that_was_faster_overtakes_the_wish(self, wish):
        data = body()
        data["fulfillment"]["events"] = [event("shipped", timezone.now())]
        take(data)
        wish.refresh_from_db()
        assert wish.state == "expired"
        assert Touchpoint.objects.get(kind="order.cancel_declined").data["why"] == "expired"

    def test_a_strangers_request_id_moves_nothing(self, wish):
        take(body("H-2", adjustments=[adjustment(wish.request_id)]))
        wish.refresh_from_db()
        assert wish.state == "requested"


@pytest.fixture
def shop(settings):
    """A shop's system that keeps what it is sent and answers as told."""
    received, answers = [], []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            data = self.rfile.read(int(self.headers["content-length"]))
            received.append((data, {k.lower(): v for k, v in self.headers.items()}))
            self.send_response(answers.pop(0) if answers else 200)
            self.send_header("location", "/elsewhere")
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.SHOP_URL = f"http://127.0.0.1:{server.server_port}/requests"
    settings.SHOP_SECRET = SECRET
    yield received, answers
    server.shutdown()
    server.server_close()


class TestSending:
    """Requests reach the shop signed, once it is there, and not twice for nothing."""

    def test_it_is_signed_and_carries_its_id(self, shop, wish):
        received, _answers = shop
        assert tasks.send_request(str(wish.request_id))
        data, headers = received[0]
        assert webhooks.verify(data, headers, secrets=SECRET)
        assert headers["webhook-id"] == str(wish.request_id)
        assert json.loads(data) == ShopRequest.objects.get().body

    def test_the_shop_may_know_either_secret_while_they_are_rotated(self, shop, wish, settings):
        other = "whsec_" + "b2xkZXItb2xkZXItb2xkZXItb2xkZXItb2xk"
        settings.SHOP_SECRET = f"{other} {SECRET}"
        assert tasks.send_request(str(wish.request_id))
        data, headers = shop[0][0]
        assert webhooks.verify(data, headers, secrets=SECRET)
        assert webhooks.verify(data, headers, secrets=other)

    def test_what_was_taken_is_not_sent_again(self, shop, wish):
        assert tasks.send_request(str(wish.request_id))
        assert not tasks.send_request(str(wish.request_id))
        assert tasks.send_due_requests() == 0
        assert len(shop[0]) == 1

    @pytest.mark.parametrize("status", [500, 404, 302])
    def test_a_refusal_is_tried_again_later_with_the_same_id(self, shop, wish, status):
        received, answers = shop
        answers.append(status)
        assert tasks.send_due_requests() == 0
        assert tasks.send_due_requests() == 0
        assert len(received) == 1
        with freeze_time(timezone.now() + gateway.pause(1)):
            assert tasks.send_due_requests() == 1
        assert received[0][1]["webhook-id"] == received[1][1]["webhook-id"]

    def test_what_could_not_be_sent_is_logged_by_its_id(self, settings, wish, caplog):
        settings.SHOP_URL, settings.SHOP_SECRET = "http://127.0.0.1:9/", SECRET
        tasks.send_due_requests()
        (record,) = [r for r in caplog.records if r.getMessage() == "gateway.not_sent"]
        assert Impersonal().filter(record)
        assert (record.shop_request, record.why) == (str(wish.request_id), "URLError")

    def test_a_shop_that_is_away_costs_nothing_but_time(self, settings, wish):
        settings.SHOP_URL, settings.SHOP_SECRET = "http://127.0.0.1:9/", SECRET
        assert tasks.send_due_requests() == 0
        request = ShopRequest.objects.get()
        assert (request.attempts, request.sent_at) == (1, None)

    def test_without_an_address_it_waits(self, settings, wish):
        settings.SHOP_URL = ""
        assert tasks.send_due_requests() == 0
        assert ShopRequest.objects.get().attempts == 0

    def test_of_two_who_send_the_same_one_sends(self, shop, wish):
        first, second = ShopRequest.objects.get(), ShopRequest.objects.get()
        assert gateway.send(first)
        assert not gateway.send(second)
        assert len(shop[0]) == 1

    def test_the_pause_grows_and_stays_below_an_hour(self):
        pauses = [gateway.pause(n).total_seconds() for n in range(1, 12)]
        assert pauses[:3] == [30, 60, 120]
        assert pauses == sorted(pauses)
        assert max(pauses) == 3600
