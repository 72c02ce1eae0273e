"""Was this helpful? One word a reader and revision, from our own pages only."""

import pytest

from cms.models import HelpfulVote
from portal.customers.models import Touchpoint

pytestmark = pytest.mark.django_db

PATH = "/ja/help/shipping-fee/vote/"
HERE = "http://testserver"


def vote(client, helpful="yes", path=PATH, origin=HERE, **headers):
    headers = {"origin": origin} | headers if origin is not None else headers
    return client.post(path, {"helpful": helpful}, headers=headers)


def test_a_vote_is_kept_with_the_revision_and_no_person(client, faqs, shipping_ja):
    response = vote(client, **{"user-agent": "Canary/9"})
    assert response.status_code == 302 and response.url == "/ja/help/shipping-fee/?voted=1#vote"
    row = HelpfulVote.objects.get()
    assert row.helpful and row.page_id == shipping_ja.pk
    assert row.revision_id == shipping_ja.live_revision_id
    assert "Canary" not in row.voter and "127.0.0.1" not in row.voter


def test_thanks_are_said(client, faqs):
    assert "ありがとうございます" in client.get("/ja/help/shipping-fee/?voted=1").content.decode()
    assert "Thank you" in client.get("/en/help/shipping-fee/?voted=1").content.decode()


def test_htmx_gets_the_thanks_alone(client, faqs):
    response = vote(client, **{"hx-request": "true"})
    assert response.status_code == 200 and "<html" not in response.content.decode()


def test_a_second_vote_replaces_the_first(client, faqs):
    vote(client, "yes")
    vote(client, "no")
    assert [row.helpful for row in HelpfulVote.objects.all()] == [False]


def test_another_browser_has_its_own_vote(client, faqs):
    vote(client, **{"user-agent": "A"})
    vote(client, **{"user-agent": "B"})
    assert HelpfulVote.objects.count() == 2


def test_a_new_revision_is_voted_on_anew(client, faqs, shipping_ja):
    vote(client, "no")
    shipping_ja.short_answer = "送料は700円です。"
    shipping_ja.save_revision().publish()
    vote(client, "yes")
    assert sorted(row.helpful for row in HelpfulVote.objects.all()) == [False, True]


def test_the_same_reader_cannot_be_followed_over_pages(client, faqs):
    vote(client)
    vote(client, path="/ja/help/return-conditions/vote/")
    assert len(set(HelpfulVote.objects.values_list("voter", flat=True))) == 2


def test_a_customers_vote_is_in_the_history(client, faqs, alice, shipping_ja):
    client.force_login(alice)
    vote(client, "no")
    row = Touchpoint.objects.get(kind="faq.voted")
    assert row.customer == alice and row.about == shipping_ja
    assert row.data == {"helpful": False, "revision": shipping_ja.live_revision_id}
    assert row.channel == "web" and not row.visible


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "",
        "null",
        "https://evil.example",
        "http://testserver.evil.example",
        "https://testserver",
    ],
)
def test_a_vote_from_elsewhere_is_refused(client, faqs, origin):
    assert vote(client, origin=origin).status_code == 403
    assert not HelpfulVote.objects.exists()


@pytest.mark.parametrize("helpful", ["", "maybe", "YES", "yes\x00"])
def test_a_vote_that_says_nothing_is_refused(client, faqs, helpful):
    assert vote(client, helpful).status_code == 400
    assert not HelpfulVote.objects.exists()


def test_a_vote_on_a_page_that_is_not_public_is_not_found(client, faqs, shipping_ja):
    shipping_ja.unpublish()
    assert vote(client).status_code == 404
    assert vote(client, path="/ja/help/no-such/vote/").status_code == 404


def test_voting_too_often_is_slowed(client, faqs, monkeypatch):
    monkeypatch.setattr("portal.limits.hit", lambda name, *keys: name != "vote")
    assert vote(client).status_code == 429
    assert not HelpfulVote.objects.exists()


def test_a_vote_is_posted(client, faqs):
    assert client.get(PATH).status_code == 405
