"""The desk's page of what could not be delivered."""

import pytest
from django.utils import timezone

from notifications.models import Delivery, Notification, Status, Topic
from portal.customers import timeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def lost(alice):
    """A mail about a passkey that alice's mailbox refused."""
    happened = timeline.record(
        "customer.passkey_added", customer=alice, channel="web", actor=alice, data={"name": "Phone"}
    )
    told = Notification.objects.create(touchpoint=happened, customer=alice, topic=Topic.ACCOUNT)
    return Delivery.objects.create(
        notification=told,
        channel="email",
        status=Status.FAILED,
        attempts=5,
        taken_at=timezone.now(),
        why="SMTPRecipientsRefused",
    )


@pytest.fixture
def agent(client, aki):
    """Aki's browser."""
    client.force_login(aki)
    return client


@pytest.mark.parametrize(
    ("language", "why"),
    [("ja", "宛先のメールボックスに拒否されました"), ("en", "The mailbox refused it")],
)
def test_an_agent_sees_to_whom_what_and_why(agent, aki, alice, lost, language, why):
    type(aki).objects.filter(pk=aki.pk).update(language=language)
    page = agent.get("/desk/undelivered/").content.decode()
    assert alice.email in page and why in page
    assert f"/desk/customer/{alice.pk}/" in page


def test_trying_again_takes_it_off_the_page(agent, lost):
    shown = agent.post(f"/desk/undelivered/{lost.pk}/again/", follow=True).content.decode()
    lost.refresh_from_db()
    assert lost.status != Status.FAILED
    assert f"/desk/undelivered/{lost.pk}/again/" not in shown


def test_what_is_not_failed_any_more_is_sent_by_nobody_twice(agent, aki, lost):
    aki.language = "en"
    aki.save()
    Delivery.objects.filter(pk=lost.pk).update(status=Status.SENT)
    shown = agent.post(f"/desk/undelivered/{lost.pk}/again/", follow=True).content.decode()
    lost.refresh_from_db()
    assert lost.status == Status.SENT and "already" in shown


def test_the_customers_page_says_so_too(agent, alice, bob, lost):
    assert "/desk/undelivered/" in body(agent, alice)
    assert 'class="notice bad"' in body(agent, alice)
    assert 'class="notice bad"' not in body(agent, bob)


def body(agent, customer):
    """The page of a customer at the desk."""
    return agent.get(f"/desk/customer/{customer.pk}/").content.decode()


def test_nobody_but_agents_sees_or_sends(client, alice, eri, lost):
    for person in (alice, eri):
        client.force_login(person)
        assert client.get("/desk/undelivered/").status_code in (403, 404)
        assert client.post(f"/desk/undelivered/{lost.pk}/again/").status_code in (403, 404)
    lost.refresh_from_db()
    assert lost.status == Status.FAILED
