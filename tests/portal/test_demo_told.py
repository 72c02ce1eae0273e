"""The demo's inboxes hold two weeks, and nobody is mailed of them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.models import Delivery, Notification
from portal.customers import timeline
from portal.management.demo import told

pytestmark = pytest.mark.django_db


def test_what_the_history_would_have_told_lies_in_the_inbox(alice, mailoutbox):
    now = timezone.now()
    for kind, days in (("order.shipped", 15), ("order.placed", 3), ("order.delivered", 1)):
        timeline.record(
            kind, customer=alice, happened_at=now - timedelta(days=days), data={"order": "H-1"}
        )
    timeline.record("order.preparing", customer=alice, tell=False)
    told.set_up()
    told.set_up()
    rows = Notification.objects.visible_to(alice).order_by("created_at")
    assert [row.touchpoint.kind for row in rows] == ["order.placed", "order.delivered"]
    assert [row.read_at is None for row in rows] == [False, True]
    assert not Delivery.objects.due().exists()
    assert mailoutbox == []
