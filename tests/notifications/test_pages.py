"""Inbox, bell, choosing and stopping: what people see, and what others may not."""

import pytest
from django.core import signing
from django.urls import reverse
from django.utils.translation import override

from notifications import links, preferences
from notifications.models import Channel, Notification
from portal.customers import timeline
from portal.customers.models import Touchpoint

pytestmark = pytest.mark.django_db

INBOX = {"ja": "/ja/inbox/", "en": "/en/inbox/"}


@pytest.fixture
def told(order, happens):
    """Alice has been told that her order was shipped."""
    happens("order.shipped", order)
    return Notification.objects.get()


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


def stop_path(notification, language="ja") -> str:
    with override(language):
        return links.stop(notification).removeprefix("http://127.0.0.1:8000")


@pytest.mark.parametrize(
    ("language", "unread", "text"),
    [("ja", "未読：", "お知らせ"), ("en", "Unread:", "Inbox")],
)
def test_the_inbox_lists_what_was_told(as_alice, told, language, unread, text):
    page = as_alice.get(INBOX[language]).content.decode()
    assert text in page
    assert unread in page
    with override(language):
        assert timeline.sentence(told.touchpoint) in page


@pytest.mark.parametrize(
    ("language", "text"), [("ja", "まだお知らせはありません"), ("en", "Nothing here yet")]
)
def test_an_empty_inbox_says_what_will_be_there(as_alice, language, text):
    assert text in as_alice.get(INBOX[language]).content.decode()


def test_unread_comes_first_then_the_newest(as_alice, order, happens, alice):
    for kind in ("order.shipped", "order.out_for_delivery", "order.delivered"):
        happens(kind, order)
    newest = Notification.objects.of(alice).order_by("-pk").first()
    as_alice.get(reverse("notifications:open", args=[newest.pk]))
    shown = [entry.pk for entry in as_alice.get(INBOX["ja"]).context["entries"]]
    first, second, third = Notification.objects.of(alice).order_by("pk")
    assert shown == [second.pk, first.pk, third.pk]


def test_opening_one_marks_it_read_and_leads_to_its_order(as_alice, told):
    answer = as_alice.get(f"/ja/inbox/{told.pk}/")
    assert answer["Location"] == "/ja/orders/H-1/"
    told.refresh_from_db()
    assert told.read_at is not None
    assert "未読：" not in as_alice.get(INBOX["ja"]).content.decode()


def test_all_are_marked_read_by_one_button(as_alice, told):
    answer = as_alice.post("/ja/inbox/read/", follow=True)
    assert "未読：" not in answer.content.decode()
    assert as_alice.get("/ja/inbox/read/").status_code == 405


def test_bob_sees_and_opens_nothing_of_alices(client, bob, told):
    client.force_login(bob)
    assert client.get(f"/en/inbox/{told.pk}/").status_code == 404
    assert client.get(f"/en/inbox/{told.pk + 1}/").status_code == 404
    assert list(client.get(INBOX["en"]).context["entries"]) == []
    client.post("/en/inbox/read/")
    told.refresh_from_db()
    assert told.read_at is None


@pytest.mark.parametrize("path", ["inbox/", "inbox/1/", "settings/notifications/"])
def test_strangers_are_asked_to_sign_in(client, path):
    answer = client.get(f"/ja/{path}")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/ja/sign-in/?next=/ja/")


def test_a_notification_that_was_only_mailed_is_not_in_the_inbox(as_alice, order, happens, alice):
    happens("order.cancel_requested", order, actor=alice)
    assert list(as_alice.get(INBOX["ja"]).context["entries"]) == []
    only_mailed = Notification.objects.get()
    assert as_alice.get(f"/ja/inbox/{only_mailed.pk}/").status_code == 404


def test_the_bell_counts_what_is_unread(as_alice, told):
    assert "未読1件" in as_alice.get("/ja/inbox/bell/").content.decode()
    assert "1 unread" in as_alice.get("/en/inbox/bell/").content.decode()
    as_alice.get(f"/ja/inbox/{told.pk}/")
    assert as_alice.get("/ja/inbox/bell/").content.strip() == b""


def test_the_bell_asks_the_database_nothing_for_strangers(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert b"count" not in client.get("/ja/inbox/bell/").content


def test_the_header_has_a_bell_for_who_is_signed_in_only(as_alice, client):
    assert 'data-live="bell"' in as_alice.get(INBOX["ja"]).content.decode()
    client.logout()
    assert 'data-live="bell"' not in client.get("/ja/sign-in/").content.decode()


def test_the_inbox_asks_as_many_queries_for_twenty_as_for_two(
    as_alice, order, happens, django_assert_num_queries
):
    def count() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as asked:
            as_alice.get(INBOX["ja"])
        return len(asked)

    happens("order.shipped", order)
    happens("order.delivered", order)
    as_alice.get(INBOX["ja"])
    two = count()
    for _ in range(18):
        happens("order.delivered", order)
    assert count() == two


def test_choices_are_shown_and_saved_with_a_word_about_it(as_alice, alice):
    page = as_alice.get("/ja/settings/notifications/").content.decode()
    assert "ご注文とお届け" in page
    # Two channels each of orders, cases, and the account, of which nothing can be stopped.
    assert page.count("checked") == 6
    answer = as_alice.post(
        "/ja/settings/notifications/",
        {"orders-inbox": "on", "cases-email": "on", "cases-inbox": "on"},
        follow=True,
    )
    assert "保存しました。" in answer.content.decode()
    assert preferences.wanted(alice, "orders") == {Channel.INBOX}
    assert answer.content.decode().count("checked") == 5


def test_saving_without_a_change_says_so_in_english(as_alice):
    every = {f"{t}-{c}": "on" for t in ("orders", "cases") for c in ("email", "inbox")}
    answer = as_alice.post("/en/settings/notifications/", every, follow=True)
    assert "Nothing was changed." in answer.content.decode()


def test_without_an_address_mail_cannot_be_chosen(as_alice, alice):
    alice.email = None
    alice.save()
    page = as_alice.get("/ja/settings/notifications/").content.decode()
    assert "メールアドレスのご登録がありません。" in page
    as_alice.post("/ja/settings/notifications/", {})
    assert preferences.wanted(alice, "orders") == {Channel.EMAIL}


@pytest.mark.parametrize(
    ("language", "asked", "done", "again"),
    [
        ("ja", "メールを止めますか", "メールを止めました", "メールをまたお届けします"),
        ("en", "Stop mails about", "You get no more of these mails", "You get these mails again"),
    ],
)
def test_a_mails_link_asks_first_then_stops_and_turns_on_again(
    client, told, alice, language, asked, done, again
):
    path = stop_path(told, language)
    assert asked in client.get(path).content.decode()
    assert Channel.EMAIL in preferences.wanted(alice, "orders")
    assert done in client.post(path).content.decode()
    assert preferences.wanted(alice, "orders") == {Channel.INBOX}
    assert preferences.wanted(alice, "cases") == set(Channel)
    assert done in client.get(path).content.decode()
    assert again in client.post(path, {"again": "1"}).content.decode()
    assert Channel.EMAIL in preferences.wanted(alice, "orders")


def test_a_mail_program_stops_with_one_click_and_no_cookie(told, alice):
    from django.test import Client

    program = Client(enforce_csrf_checks=True)
    answer = program.post(stop_path(told), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert preferences.wanted(alice, "orders") == {Channel.INBOX}
    row = Touchpoint.objects.get(kind="notification.preferred")
    assert (row.channel, row.data["wanted"]) == ("email", False)
    # A second click changes nothing and is no error.
    assert program.post(stop_path(told)).status_code == 200
    assert Touchpoint.objects.filter(kind="notification.preferred").count() == 1


def test_the_stop_page_is_kept_by_no_cache_and_no_search_engine(client, told):
    answer = client.get(stop_path(told))
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex"
    assert "alice" not in answer.content.decode()


@pytest.mark.parametrize("change", [lambda p: p[:-2] + "/", lambda p: p.replace("1.", "2.", 1)])
def test_a_link_that_was_tampered_with_is_not_found(client, told, alice, change):
    path = change(stop_path(told).replace(f"/{told.customer_id}.", "/1.", 1))
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404
    assert preferences.wanted(alice, "orders") == set(Channel)


def test_a_link_of_an_erased_customer_is_not_found(client, told, alice):
    path = stop_path(told)
    alice.is_active = False
    alice.save()
    assert client.post(path).status_code == 404


@pytest.mark.parametrize(
    ("language", "words", "choose"),
    [
        ("ja", "このリンクではメールを止められませんでした", "/ja/settings/notifications/"),
        ("en", "This link stops no mails", "/en/settings/notifications/"),
    ],
)
def test_a_broken_link_leads_to_where_mails_are_stopped(client, told, language, words, choose):
    answer = client.get(stop_path(told, language)[:-9] + "/")
    assert answer.status_code == 404
    assert words in answer.content.decode()
    assert f'href="{choose}"' in answer.content.decode()


def test_no_link_stops_what_may_not_be_stopped(client, alice):
    signed = signing.Signer(salt="notifications.stop").sign(f"{alice.pk}.account")
    assert client.post(f"/ja/notifications/stop/{signed}/").status_code == 404
    assert links.stop(Notification(customer=alice, topic="account")) == ""
