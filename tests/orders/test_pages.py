"""The customers' pages of orders."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from orders.models import Order
from tests.orders.conftest import body, event, take

pytestmark = pytest.mark.django_db


def page(client, person, path, language="ja", **extra):
    client.force_login(person)
    return client.get(f"/{language}/orders/{path}", **extra)


@pytest.mark.parametrize(
    ("language", "when", "where", "who"),
    [
        ("ja", "お届け予定", "発送済み", "ヤマト運輸がお届けに向かっています"),
        ("en", "Arrives by", "Shipped", "Yamato Transport is bringing it to you"),
    ],
)
def test_the_page_says_when_it_comes_where_it_is_and_who_acts(
    client, alice, fed, language, when, where, who
):
    fed(come="in_transit")
    html = page(client, alice, "H-1/", language).content.decode()
    assert html.index(when) < html.index(who)
    assert where in html
    assert "445915102258" in html
    assert "https://jizen.kuronekoyamato.co.jp/jizen/servlet/crjz.b.NQ0010?id=445915102258" in html
    assert "煎茶 100g" in html


def test_every_line_is_shown_with_its_products_picture(client, alice, fed):
    fed()
    for path in ("", "H-1/", "H-1/cancel/"):
        assert "/ja/products/picture/?sku=HT-SEN-100" in page(client, alice, path).content.decode()


def test_what_went_back_stands_below_the_total(client, alice, fed):
    back = {"id": "a1", "type": "refund", "occurred_at": timezone.now().isoformat()}
    back |= {"status": "completed", "totals": [{"type": "total", "amount": -1280}]}
    fed(come="delivered")
    assert "ご返金額" not in page(client, alice, "H-1/").content.decode()
    take(body(adjustments=[back]))
    html = page(client, alice, "H-1/").content.decode()
    assert html.index("合計") < html.index("ご返金額") < html.index("-1,280円")


def test_a_late_order_leads_to_an_inquiry_beside_the_apology(client, alice, fed):
    fed(promised_at=(timezone.now() - timedelta(days=1)).isoformat())
    html = page(client, alice, "H-1/").content.decode()
    assert (
        html.index("申し訳ございません") < html.index("cases/new/?order=H-1") < html.index("煎茶")
    )


def test_after_a_vain_visit_the_page_says_when_it_was_and_not_when_it_was_due(client, alice):
    now = timezone.now()
    data = body(promised_at=(now - timedelta(days=1)).isoformat())
    data["fulfillment"]["events"] = [event("failed_attempt", now)]
    take(data)
    html = page(client, alice, "H-1/").content.decode()
    head = html[html.index('class="arrival"') :][:400]
    assert "ご不在" in head and "今日" in head
    assert "お届け予定" not in head


def test_bob_sees_neither_alices_order_nor_whether_it_exists(client, alice, bob, fed):
    fed()
    hers, nobodys = page(client, bob, "H-1/"), page(client, bob, "H-2/")
    assert hers.status_code == nobodys.status_code == 404
    assert "H-1" not in hers.content.decode().replace("/orders/H-1/", "")
    assert page(client, bob, "H-1/cancel/").status_code == 404
    assert client.post("/ja/orders/H-1/cancel/").status_code == 404
    assert not Order.objects.get().cancellations.exists()


@pytest.mark.parametrize(
    ("language", "text"),
    [("ja", "お探しのページが見つかりませんでした"), ("en", "We could not find this page")],
)
def test_an_unknown_number_is_a_friendly_404_in_both_languages(
    client, alice, language, text, capfd
):
    answer = page(client, alice, "H-999-secret/", language)
    assert answer.status_code == 404
    assert text in answer.content.decode()
    assert Order.objects.count() == 0
    assert "H-999" not in capfd.readouterr().err


def test_without_a_sign_in_every_number_leads_to_the_same_question(client, fed):
    fed()
    known, unknown = client.get("/ja/orders/H-1/"), client.get("/ja/orders/H-2/")
    assert known.status_code == unknown.status_code == 302
    assert known.url == "/ja/orders/find/?number=H-1"
    assert unknown.url == "/ja/orders/find/?number=H-2"


@pytest.mark.parametrize(
    ("language", "number", "email"),
    [
        ("ja", "注文番号を入力してください。", "メールアドレスを入力してください。"),
        ("en", "Please enter the order number.", "Please enter your e-mail address."),
    ],
)
def test_an_empty_form_says_what_to_enter_and_sends_nothing(client, language, number, email):
    html = client.post(f"/{language}/orders/find/", {"number": ""}).content.decode()
    assert number in html
    assert email in html
    assert not mail.outbox


def test_a_number_is_found_however_it_is_written(client, alice, fed):
    fed()
    assert page(client, alice, "h-1/").url == "/ja/orders/H-1/"


def test_the_list_shows_the_own_orders_newest_first(client, alice, bob, fed):
    fed("H-1")
    fed("H-2", "bob@example.com")
    fed("H-3", come="delivered")
    html = page(client, alice, "").content.decode()
    assert "H-2" not in html
    assert html.index("H-3") < html.index("H-1")


def test_the_list_says_so_when_there_is_nothing(client, alice):
    html = page(client, alice, "").content.decode()
    assert "ご注文はまだありません" in html


def test_a_page_costs_the_same_queries_whatever_it_shows(
    client, alice, fed, django_assert_num_queries
):
    fed("H-1", come="shipped")
    fed("H-2", come="delivered")
    client.force_login(alice)
    client.get("/ja/orders/")  # fills what is kept for a minute
    # Session, customer, count, orders, and lines, events, adjustments, cancellations of all.
    with django_assert_num_queries(8):
        client.get("/ja/orders/")
    client.get("/ja/orders/H-1/")
    # Session, customer, order, its four kinds of rows, and its history.
    with django_assert_num_queries(8):
        client.get("/ja/orders/H-2/")


def test_an_open_page_fetches_only_its_part(client, alice, fed):
    fed()
    answer = page(client, alice, "H-1/", headers={"hx-request": "true"})
    html = answer.content.decode()
    assert html.lstrip().startswith('<div id="order"')
    assert "<html" not in html
    assert "HX-Request" in answer["Vary"]


def test_html_and_formulas_from_the_shop_are_only_text(client, alice):
    data = body()
    data["line_items"][0]["item"]["title"] = "<script>alert(1)</script>=1+1"
    data["permalink_url"] = "javascript:alert(1)"
    data["fulfillment"]["events"] = [
        event("shipped", timezone.now(), tracking_url="javascript:alert(2)", carrier="X<b>")
    ]
    assert take(data) == "created"
    html = page(client, alice, "H-1/").content.decode()
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;=1+1" in html
    assert "javascript:" not in html
    assert "X<b>" not in html


class TestFinding:
    """Number and e-mail: a code is always sent, so nothing can be probed."""

    def find(self, client, number, email, language="ja"):
        return client.post(f"/{language}/orders/find/", {"number": number, "email": email})

    def test_the_answer_is_the_same_whether_or_not_the_order_exists(self, client, alice, fed):
        fed()
        known = self.find(client, "H-1", "alice@example.com")
        unknown = self.find(client, "H-2", "alice@example.com")
        stranger = self.find(client, "H-1", "stranger@example.com")
        assert {a.status_code for a in (known, unknown, stranger)} == {302}
        assert known.url.replace("H-1", "X") == unknown.url.replace("H-2", "X")
        assert known.url == stranger.url
        assert len(mail.outbox) == 3

    def test_it_leads_on_to_the_order(self, client, alice, fed):
        fed()
        assert (
            "next=%2Fja%2Forders%2FH-1%2F" in self.find(client, "Ｈー１", "ALICE@example.com").url
        )

    def test_who_is_signed_in_needs_no_code_for_the_own_address(self, client, alice, fed):
        fed()
        client.force_login(alice)
        assert self.find(client, "H-1", "Alice@example.com").url == "/ja/orders/H-1/"
        assert not mail.outbox

    @pytest.mark.parametrize(
        ("language", "text"),
        [("ja", "注文番号をご確認ください。"), ("en", "Please check the order number.")],
    )
    def test_what_is_no_number_is_said_and_nothing_is_sent(self, client, language, text):
        answer = self.find(client, "H 1 <x>", "a@example.com", language)
        assert answer.status_code == 200
        assert text in answer.content.decode()
        assert not mail.outbox

    def test_a_number_can_be_tried_ten_times_an_hour(self, client):
        for n in range(10):
            self.find(client, "H-1", f"p{n}@example.com")
        answer = self.find(client, "H-1", "p11@example.com")
        assert answer.status_code == 429
        assert len(mail.outbox) == 10


class TestCancelling:
    """The page asks first and says what goes back."""

    def test_it_shows_the_refund_and_then_asks_the_shop(self, client, alice, fed):
        order = fed()
        html = page(client, alice, "H-1/cancel/").content.decode()
        assert "4,210円" in html
        answer = client.post("/ja/orders/H-1/cancel/", {"reason": "mistake", "note": "二重です"})
        assert answer.url == "/ja/orders/H-1/"
        wish = order.cancellations.get()
        assert (wish.state, wish.reason, wish.note) == ("requested", "mistake", "二重です")
        after = client.get("/ja/orders/H-1/").content.decode()
        assert "キャンセルのご依頼を承りました。当店で確認し" in after
        assert "このご注文をキャンセルする" not in after

    @pytest.mark.parametrize(
        ("language", "text"),
        [
            ("ja", "すでに発送しているため、キャンセルは承れません"),
            ("en", "This order is already on its way, so it can no longer be cancelled"),
        ],
    )
    def test_what_has_shipped_says_why_not(self, client, alice, fed, language, text):
        order = fed(come="shipped")
        assert text in page(client, alice, "H-1/", language).content.decode()
        answer = client.post(f"/{language}/orders/H-1/cancel/", {"reason": "mistake"})
        assert answer.status_code == 409
        assert text in answer.content.decode()
        assert not order.cancellations.exists()
        assert not order.requests.exists()

    def test_asking_twice_asks_once(self, client, alice, fed):
        order = fed()
        client.force_login(alice)
        client.post("/ja/orders/H-1/cancel/", {})
        assert client.post("/ja/orders/H-1/cancel/", {}).status_code == 409
        assert order.requests.count() == 1

    def test_a_made_up_reason_is_refused(self, client, alice, fed):
        order = fed()
        client.force_login(alice)
        assert client.post("/ja/orders/H-1/cancel/", {"reason": "x"}).status_code == 200
        assert not order.cancellations.exists()
