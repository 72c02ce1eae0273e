"""What the mails say, in both languages, and what no name or subject can do to them."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from notifications import catalog, letters
from notifications.models import Delivery, Notification
from orders import links as order_links
from orders.models import Order
from portal.cases import services as cases
from portal.cases.models import Case
from portal.customers.models import Customer
from portal.shop import services as shop
from tests.orders.conftest import body, event, take

pytestmark = pytest.mark.django_db

ON_ITS_WAY = {
    "carrier": "Yamato",
    "tracking_number": "445915102258",
    "tracking_url": "https://jizen.kuronekoyamato.co.jp/x",
}


def html_of(mail) -> str:
    return mail.alternatives[0][0]


def parsed(mail):
    """The mail as another program reads it."""
    return message_from_bytes(mail.message().as_bytes(), policy=policy.default)


def test_a_shipped_order_is_written_as_a_japanese_shop_writes(order, happens, sent):
    happens("order.shipped", order, data=ON_ITS_WAY)
    (mail,) = sent()
    assert mail.subject == "【ひなた茶舗】ご注文 H-1 を発送しました"
    for text in (mail.body, html_of(mail)):
        assert "有栖 花 さま" in text
        assert "いつもひなた茶舗をご利用いただき、ありがとうございます。" in text
        assert "ヤマト運輸" in text
        assert "445915102258" in text
        assert "https://jizen.kuronekoyamato.co.jp/jizen/servlet/" in text
        assert "煎茶 100g × 2" in text
        assert "ご注文の状況を見る" in text
    assert re.search(r"■ お届け予定：\S*\d+月\d+日", mail.body)
    assert parsed(mail)["From"] == "ひなた茶舗 <help@hinata.example>"


def test_the_same_in_english(alice, happens, sent):
    alice.language = "en"
    alice.name = "Alice Adams"
    alice.save()
    take(body("H-1"), tell=False)
    happens("order.shipped", Order.objects.get(), data=ON_ITS_WAY)
    (mail,) = sent()
    assert mail.subject == "[Hinata Tea] Your order H-1 is on its way"
    assert mail.from_email.startswith("Hinata Tea <")
    for text in (mail.body, html_of(mail)):
        assert "Dear Alice Adams," in text
        assert "Yamato Transport" in text
        assert "See where your order is" in text
    assert not re.search(r"[ぁ-ん]", mail.body.replace("湯呑み", ""))


def test_the_day_it_comes_is_the_orders_at_the_moment_of_sending(order, happens, sent):
    happens("order.shipped", order, data=ON_ITS_WAY)
    later = timezone.localtime() + timedelta(days=5)
    Order.objects.filter(pk=order.pk).update(promised_at=later)
    assert f"{later.month}月{later.day}日" in sent()[0].body


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("kind", sorted(catalog.TOLD))
def test_every_told_kind_has_words_of_its_own(kind, language, order, case, happens, aki):
    about = order if kind.startswith("order.") else case
    Customer.objects.filter(pk=about.customer_id).update(language=language)
    now = timezone.now()
    later = (now + timedelta(days=1)).isoformat()
    data = {"before": now.isoformat(), "now": later, "promised": later}
    row = happens(kind, type(about).objects.get(pk=about.pk), data=data, actor=aki)
    notification = Notification.objects.get(touchpoint=row)
    if "email" not in catalog.TOLD[kind].channels:
        return
    letter = letters.compose(notification)
    assert about.number in letter.subject + letter.text
    assert bool(re.search(r"[ぁ-ん]", letter.subject)) == (language == "ja")
    assert "{" not in letter.text
    assert "%(" not in letter.text
    assert letters._section(row, letters._matter(row, [])).paragraphs


def test_a_kind_without_words_is_told_by_its_sentence(order, happens, monkeypatch, sent):
    told = catalog.Told(catalog.Topic.ORDERS, (catalog.Channel.EMAIL,))
    monkeypatch.setitem(catalog.TOLD, "order.paid", told)
    happens("order.paid", order)
    (mail,) = sent()
    assert mail.subject.startswith("【ひなた茶舗】")
    assert "H-1" in mail.subject


def test_a_delay_says_the_old_and_the_new_day(order, happens, sent):
    happens(
        "order.delayed",
        order,
        data={"before": "2026-01-05T03:00:00+00:00", "now": "2026-01-09T03:00:00+00:00"},
    )
    text = sent()[0].body
    assert "1月5日（月）" in text
    assert "1月9日（金）" in text


@pytest.mark.parametrize("missed", [True, False])
def test_a_late_order_is_told_with_an_apology_and_what_can_be_done(order, happens, sent, missed):
    data = {"promised": "2026-01-05T14:59:00+00:00", "missed": missed}
    happens("order.late", order, data=data)
    (mail,) = sent()
    assert ("遅れています" in mail.subject) == missed
    assert "1月5日（月）" in mail.body
    assert "申し訳ございません" in mail.body
    assert "無料でキャンセル" in mail.body
    shipped = event("shipped", timezone.now())
    take(body("H-1", fulfillment={"expectations": [], "events": [shipped]}), tell=False)
    happens("order.late", order, data=data)
    assert "キャンセル" not in sent()[1].body


def test_a_refund_says_how_much(order, happens, sent):
    happens("order.refunded", order, data={"amount": 1980, "currency": "JPY"})
    assert "1,980円を返金いたしました" in sent()[0].body


def test_an_answer_to_a_case_is_in_its_mail(case, sent, aki, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        cases.note(case, by=aki, body="He called twice.")
        cases.answer(case, by=aki, body="We send a new cup.\n<b>Sorry!</b>")
    (mail,) = sent()
    assert mail.subject == "[Hinata Tea] Our answer to “A chipped cup”"
    assert "We send a new cup.\n<b>Sorry!</b>" in mail.body
    assert "We send a new cup.<br>&lt;b&gt;Sorry!&lt;/b&gt;" in html_of(mail)
    assert "He called twice." not in mail.body + html_of(mail)
    assert f"/en/cases/{case.number}/" in mail.body


def test_the_link_in_an_order_mail_opens_that_order_and_names_nobody(order, happens, sent):
    happens("order.shipped", order)
    (link,) = re.findall(r"http\S+/ja/orders/link/(\S+)/", sent()[0].body)
    assert order_links.order_of(link) == order
    assert order_links.order_of(link[:-1]) is None
    assert "alice" not in link


def test_the_link_dies_when_the_order_goes_to_somebody_else_or_time_passes(order, bob):
    token = order_links.token(order)
    Order.objects.filter(pk=order.pk).update(customer=bob)
    assert order_links.order_of(token) is None


def test_the_headers_let_mail_programs_stop_reply_and_recognise(order, happens, sent, client):
    happens("order.shipped", order)
    (mail,) = sent()
    headers = parsed(mail)
    assert headers["Reply-To"] == "help@hinata.example"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    stop = headers["List-Unsubscribe"].strip(" <>")
    assert stop in mail.body
    assert stop in html_of(mail)
    assert headers["Message-ID"] == Delivery.objects.get(channel="email").provider_id
    assert client.get(urlsplit(stop).path).status_code == 200


INJECTED = "Tea\r\nBcc: eve@example.com\r\n\r\n<p>"


def test_no_name_or_subject_adds_a_header_or_a_line(bob, happens, sent):
    shop.change(name_en=INJECTED[:80], email="help@hinata.example")
    Customer.objects.filter(pk=bob.pk).update(name=INJECTED)
    bob.refresh_from_db()
    case = cases.open_case(bob, subject="x", body="y", topic="other", channel="web")
    Case.objects.filter(pk=case.pk).update(subject=INJECTED)
    case.refresh_from_db()
    happens("case.answered", case)
    (mail,) = sent()
    read = parsed(mail)
    assert read["Bcc"] is None
    assert mail.recipients() == ["bob@example.com"]
    assert "\n" not in mail.subject
    assert read["Subject"].strip().startswith("[Tea Bcc: eve@example.com")
    assert "&lt;p&gt;" in html_of(mail)
    assert "<p>\n" not in html_of(mail).partition("<h1")[2].partition("</h1>")[0]


@pytest.mark.parametrize(
    "text", ["a\nb", "a\r\nb", "a\x0bb", "a\u2028b", "a\x85b", "a\tb", "a\x00b", " a  b "]
)
def test_one_line_is_one_line(text):
    assert letters.one_line(text) == "a b"


def test_an_order_number_with_line_breaks_cannot_break_the_subject(alice, happens, sent):
    take(body("H-1"), tell=False)
    Order.objects.update(number="H\r\nBcc: eve@example.com")
    happens("order.shipped", Order.objects.get())
    (mail,) = sent()
    assert parsed(mail)["Bcc"] is None
    assert mail.recipients() == ["alice@example.com"]


def test_a_tracking_address_that_is_no_web_address_is_not_linked(order, happens, sent):
    happens(
        "order.shipped",
        order,
        data={"carrier": "?", "tracking_number": "1", "tracking_url": "javascript:alert(1)"},
    )
    (mail,) = sent()
    assert "javascript:" not in mail.body + html_of(mail)


def test_a_long_subject_is_cut(case, happens, sent):
    Case.objects.filter(pk=case.pk).update(subject="x" * 120)
    shop.change(name_en="T" * 80)
    happens("case.answered", Case.objects.get())
    assert len(sent()[0].subject) == 150


def test_the_mail_shows_at_most_ten_lines(alice, happens, sent):
    data = body("H-1")
    first = data["line_items"][0]
    data["line_items"] = [{**first, "id": f"li_{n}"} for n in range(12)]
    take(data, tell=False)
    happens("order.shipped", Order.objects.get())
    assert sent()[0].body.count("煎茶 100g × 2") == 10


def test_events_of_a_snapshot_are_each_told_with_their_own_parcel(
    order, sent, django_capture_on_commit_callbacks
):
    shipped = event("shipped", timezone.now(), tracking_number="777")
    with django_capture_on_commit_callbacks(execute=True):
        take(body("H-1", fulfillment={"expectations": [], "events": [shipped]}))
    assert [m for m in sent() if "777" in m.body]
