"""The shop sends one webhook a hundred times at once: one event, one mail of it."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from notifications import delivering, gathering
from notifications.models import Delivery
from orders.models import OrderEvent
from portal import webhooks
from tests.orders.conftest import body, event

SECRET = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"


@pytest.mark.django_db(transaction=True)
def test_a_hundred_equal_webhooks_are_one_event_and_one_mail(settings, mailoutbox, monkeypatch):
    settings.FEED_SECRET = SECRET
    monkeypatch.setattr(gathering, "WAIT", timedelta(hours=1))
    shipped = event("shipped", timezone.now())
    text = json.dumps(body("H-1", fulfillment={"expectations": [], "events": [shipped]}))
    start = threading.Barrier(10)
    answers: list[int] = []

    def bring() -> None:
        start.wait()
        try:
            for _ in range(10):
                signed = webhooks.headers(text, message_id="msg_1", secrets=SECRET)
                answer = Client().post(
                    "/api/v1/orders/feed", text, content_type="application/json", headers=signed
                )
                answers.append(answer.status_code)
                delivering.deliver_due()
        finally:
            connection.close()

    threads = [threading.Thread(target=bring) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [202] * 100
    assert OrderEvent.objects.count() == 1
    assert mailoutbox == []
    Delivery.objects.filter(status="due").update(due_at=timezone.now())
    assert delivering.deliver_due() == 1
    assert [mail.subject.split("H-1")[1] for mail in mailoutbox] == [" を発送しました（ほか1件）"]
    assert not Delivery.objects.exclude(status="sent").exists()
