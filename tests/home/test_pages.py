"""The customer's own pages: what is under way, the history, the settings."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from orders.models import Order
from portal.customers import kinds, timeline
from portal.customers.models import Customer, Touchpoint

pytestmark = pytest.mark.django_db


def order(customer: Customer, number: str, **fields) -> Order:
    now = timezone.now()
    return Order.objects.create(
        customer=customer,
        number=number,
        **{"placed_at": now, "snapshot_at": now, "currency": "JPY", "total": 1980, **fields},
    )


class TestPersonal:
    """What the home page shows of one's own."""

    def test_a_visitor_gets_the_two_doors(self, client):
        page = client.get("/en/home/mine/", headers={"HX-Request": "true"}).content.decode()
        assert 'action="/en/orders/find/"' in page
        assert 'href="/en/sign-in/"' in page
        assert "<html" not in page

    def test_alice_sees_what_happens_next_with_her_orders(self, client, alice):
        client.force_login(alice)
        order(alice, "A1")
        page = client.get("/ja/home/mine/", headers={"HX-Request": "true"}).content.decode()
        assert "有栖 花さま" in page
        assert "A1" in page

    def test_bobs_orders_are_not_among_them(self, client, alice, bob):
        client.force_login(alice)
        order(bob, "BOBS-1")
        assert "BOBS-1" not in client.get("/en/home/mine/").content.decode()

    def test_what_is_over_is_not_under_way(self, client, alice):
        client.force_login(alice)
        order(alice, "A1", status="delivered")
        assert "Nothing is under way" in client.get("/en/home/mine/").content.decode()

    def test_it_is_never_kept_for_somebody_else(self, client, alice):
        client.force_login(alice)
        answer = client.get("/en/home/mine/")
        assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))

    def test_more_orders_ask_no_more_questions(self, client, alice, django_assert_max_num_queries):
        client.force_login(alice)
        for n in range(10):
            order(alice, f"A{n}")
        client.get("/en/home/mine/")
        with django_assert_max_num_queries(9):
            client.get("/en/home/mine/")


class TestHistory:
    """The one history."""

    @pytest.fixture
    def told(self):
        """Records something visible for a customer at an hour of 21 November."""

        def tell(customer: Customer, hour: int, **data) -> Touchpoint:
            at = datetime(2026, 11, 21, hour, tzinfo=UTC)
            return timeline.record(
                "order.placed", customer=customer, channel="web", data=data, happened_at=at
            )

        return tell

    def test_it_is_for_who_is_signed_in(self, client):
        answer = client.get("/en/history/")
        assert answer.url == "/en/sign-in/?next=/en/history/"

    def test_the_newest_stands_first_and_leads_on(self, client, alice, told):
        client.force_login(alice)
        told(alice, 1, order="A1")
        told(alice, 2, order="A2")
        page = client.get("/en/history/").content.decode()
        assert page.index("/en/orders/A2/") < page.index("/en/orders/A1/")

    def test_bob_sees_nothing_of_alice(self, client, alice, bob, told):
        told(alice, 1, order="ALICES-1")
        client.force_login(bob)
        page = client.get("/en/history/").content.decode()
        assert "ALICES-1" not in page
        assert "Nothing has happened yet" in page

    def test_what_is_internal_stays_inside(self, client, alice):
        timeline.record("customer.merged", customer=alice)
        client.force_login(alice)
        assert "Nothing has happened yet" in client.get("/en/history/").content.decode()

    def test_a_kind_nobody_has_words_for_is_no_error(self, client, alice, told):
        row = told(alice, 1)
        Touchpoint.objects.filter(pk=row.pk).update(kind="old.forgotten")
        client.force_login(alice)
        for language, words in (("en", "Something happened"), ("ja", "やり取りがありました")):
            assert words in client.get(f"/{language}/history/").content.decode()

    def test_it_is_cut_into_pages(self, client, alice, told):
        for _ in range(31):
            told(alice, 3, order="A1")
        client.force_login(alice)
        first = client.get("/en/history/").content.decode()
        assert (
            first.count("<li>") - client.get("/en/history/?page=2").content.decode().count("<li>")
            == 29
        )
        assert client.get("/en/history/?page=99").status_code == 200
        assert client.get("/en/history/?page=x").status_code == 200

    def test_more_entries_ask_no_more_questions(
        self, client, alice, told, django_assert_max_num_queries
    ):
        for n in range(25):
            timeline.record(
                "order.placed", customer=alice, about=order(alice, f"A{n}"), data={"order": f"A{n}"}
            )
        client.force_login(alice)
        client.get("/en/history/")
        with django_assert_max_num_queries(8):
            client.get("/en/history/")

    def test_what_people_typed_is_shown_and_not_run(self, client, alice, told):
        told(alice, 1, order="<script>alert(1)</script>")
        client.force_login(alice)
        assert "<script>alert" not in client.get("/en/history/").content.decode()


class TestSettings:
    """Name, language, sign out."""

    def test_they_are_for_who_is_signed_in(self, client):
        assert client.get("/en/settings/").status_code == 302

    def test_alice_changes_her_name_and_language(self, client, alice):
        client.force_login(alice)
        values = {"name": "Hana Arisu", "kana": "", "phone": "", "language": "en"}
        answer = client.post("/ja/settings/", values)
        alice.refresh_from_db()
        assert (alice.name, alice.language) == ("Hana Arisu", "en")
        assert answer.url == "/en/settings/"

    @pytest.mark.parametrize(
        ("typed", "kept", "shown"),
        [
            ("０９０ー１２３４−５６７８", "+819012345678", "090-1234-5678"),
            ("+44 7447 900101", "+447447900101", "+44 7447 900101"),
            ("", "", ""),
        ],
    )
    def test_a_phone_number_is_kept_alike_and_shown_as_people_write_it(
        self, client, alice, typed, kept, shown
    ):
        client.force_login(alice)
        client.post("/ja/settings/", {"name": "", "phone": typed, "language": "ja"})
        alice.refresh_from_db()
        assert alice.phone == kept
        assert f'value="{shown}"' in client.get("/ja/settings/").content.decode() or not shown

    @pytest.mark.parametrize(
        ("language", "words"),
        [("ja", "電話番号の形になっていない"), ("en", "does not look like a phone number")],
    )
    def test_what_is_no_phone_number_is_refused_with_an_example(
        self, client, alice, language, words
    ):
        client.force_login(alice)
        values = {"name": "", "phone": "call me", "language": language}
        html = client.post(f"/{language}/settings/", values).content.decode()
        assert words in html
        assert "090-1234-5678" in html
        alice.refresh_from_db()
        assert alice.phone == ""

    def test_nothing_else_can_be_changed_here(self, client, alice):
        client.force_login(alice)
        values = {"name": "x", "language": "ja", "is_staff": "on", "email": "x@example.com"}
        client.post("/ja/settings/", values)
        alice.refresh_from_db()
        assert (alice.is_staff, alice.email) == (False, "alice@example.com")

    @pytest.mark.parametrize("values", [{"language": "xx"}, {"name": "x" * 121, "language": "ja"}])
    def test_what_does_not_fit_is_refused(self, client, alice, values):
        client.force_login(alice)
        answer = client.post("/ja/settings/", values)
        assert answer.status_code == 200
        assert "ご確認ください" in answer.content.decode()
        alice.refresh_from_db()
        assert alice.name == "有栖 花"


def test_every_kind_a_customer_may_see_has_its_sentence():
    from django.template import TemplateDoesNotExist
    from django.template.loader import get_template

    silent = set()
    for name, kind in kinds.known().items():
        try:
            get_template(f"timeline/{name}.html")
        except TemplateDoesNotExist:
            if kind.visible:
                silent.add(name)
    assert not silent


def test_a_late_order_says_so(client, alice):
    client.force_login(alice)
    order(alice, "A1", promised_at=timezone.now() - timedelta(days=1))
    assert "We are sorry" in client.get("/en/home/mine/").content.decode()
