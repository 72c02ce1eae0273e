"""What is held about a customer can be seen, handed out, erased, and goes in time."""

import io
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from bot.models import ChatMessage, Conversation
from notifications.models import Preference
from orders.models import Order, OrderEvent
from portal.cases.models import Attachment, Case, CaseMessage
from portal.customers import privacy, services, tasks, timeline
from portal.customers.models import Consent, Customer, Identity, Touchpoint

pytestmark = pytest.mark.django_db

CANARY_EMAIL, CANARY_PHONE = "canary.bird@example.com", "+819099998888"
CANARY_NAME, CANARY_WORDS = "Canary Bird", "my door code is 4711-yellow"

# Models that name a customer only as the member of staff who acted.
STAFF_ONLY = {"wagtail", "admin", "auth"}
STAFF_FIELDS = {
    "customers.Touchpoint.actor",
    "orders.Cancellation.requested_by",
    "cases.Case.agent",
    "cases.CaseMessage.author",
    "bot.Conversation.agent",
    "bot.ChatMessage.agent",
    "bot.AgentNote.agent",
    "customers.Customer_groups.customer",
    "customers.Customer_user_permissions.customer",
}


def order_of(customer: Customer, number: str = "A1") -> Order:
    now = timezone.now()
    order = Order.objects.create(
        customer=customer,
        number=number,
        placed_at=now,
        snapshot_at=now,
        currency="JPY",
        total=1980,
        destination={"full_name": CANARY_NAME, "phone_number": CANARY_PHONE},
    )
    OrderEvent.objects.create(order=order, shop_id="e1", type="shipped", tracking_number="1234")
    return order


@pytest.fixture
def canary(db, settings, tmp_path):
    """Somebody who has left something in every room."""
    settings.PRIVATE_ROOT = tmp_path
    bird = Customer.objects.create_user(CANARY_EMAIL, name=CANARY_NAME, phone=CANARY_PHONE)
    services.prove(bird, kind="email", value=CANARY_EMAIL)
    services.consent(bird, purpose="news", given=True, wording="Write to me", channel="web")
    order_of(bird)
    case = Case.objects.create(number="C1", customer=bird, subject=CANARY_WORDS)
    said = CaseMessage.objects.create(case=case, by="customer", author=bird, body=CANARY_WORDS)
    Attachment.objects.create(
        message=said, file=ContentFile(b"picture", "x.png"), name="x.png", media="image/png", size=7
    )
    chat = Conversation.objects.create(
        customer=bird, visitor="browser", slots={"email": CANARY_EMAIL}
    )
    ChatMessage.objects.create(conversation=chat, seq=1, author="customer", text=CANARY_WORDS)
    Preference.objects.create(customer=bird, topic="orders", channel="email", wanted=False)
    data = {"case": "C1", "score": 5, "comment": CANARY_WORDS}
    timeline.record("case.rated", customer=bird, visitor="browser", channel="web", data=data)
    return bird


def tables_with(words: str) -> set[str]:
    """Return every table that has the words in a column of any row."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            if any(words in str(value) for row in cursor.fetchall() for value in row):
                found.add(table)
    return found


def test_every_model_that_names_a_customer_is_declared():
    declared = {held.model for held in privacy.registry()}
    missing = {
        f"{relation.related_model._meta.label}.{relation.field.name}"
        for relation in services.relations()
        if relation.related_model not in declared
        and not relation.related_model._meta.app_label.startswith(tuple(STAFF_ONLY))
    }
    assert missing - STAFF_FIELDS == set()


def test_what_is_declared_can_be_asked_for(alice):
    for held in privacy.registry():
        assert held.of(alice).count() >= 0
        list(held.of(alice).values(*held.export))
        assert not held.lasts or held.dated
        assert held.on_erase != privacy.OnErase.KEEP or held.why


def test_the_canary_sings_before(canary):
    """Otherwise the next test could not fail."""
    assert "customers_customer" in tables_with(CANARY_EMAIL)
    assert {"cases_case", "cases_casemessage", "bot_chatmessage", "customers_touchpoint"} <= (
        tables_with(CANARY_WORDS)
    )
    assert "orders_order" in tables_with(CANARY_PHONE)


def test_an_erased_person_is_gone_from_every_table(canary, caplog):
    services.erase(canary, by=canary)
    for words in (CANARY_EMAIL, CANARY_PHONE, CANARY_NAME, CANARY_WORDS):
        assert tables_with(words) == set()
        assert words not in caplog.text


def test_orders_and_counts_stay(canary):
    services.erase(canary, by=canary)
    order = Order.objects.get(number="A1")
    assert (order.total, order.destination) == (1980, {})
    assert Case.objects.count() == 1
    assert Conversation.objects.count() == ChatMessage.objects.count() == 1
    rated = Touchpoint.objects.get(kind="case.rated")
    assert rated.data == {"case": "C1", "score": 5}
    assert Touchpoint.objects.filter(kind="customer.erased", customer=canary).exists()


def test_files_go_once_it_is_committed(canary, django_capture_on_commit_callbacks):
    file = Attachment.objects.get().file
    with django_capture_on_commit_callbacks(execute=True):
        services.erase(canary, by=canary)
        assert file.storage.exists(file.name)
    assert not file.storage.exists(file.name)


def test_another_customer_is_untouched(canary, alice):
    order_of(alice, "A2")
    services.prove(alice, kind="email", value=alice.email)
    services.erase(canary, by=canary)
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"
    assert Order.objects.get(number="A2").destination
    assert Identity.objects.get().customer == alice


def test_every_session_of_the_erased_ends(canary, alice):
    theirs, hers = Client(), Client()
    theirs.force_login(canary)
    hers.force_login(alice)
    pending = SessionStore()
    pending["something"] = "else"
    pending.save()
    services.erase(canary, by=canary)
    assert theirs.get("/en/settings/").status_code == 302
    assert hers.get("/en/settings/").status_code == 200
    assert Session.objects.count() == 2


def test_the_same_address_comes_back_as_somebody_new(canary):
    services.erase(canary, by=canary)
    assert services.known(CANARY_EMAIL).pk != canary.pk


def test_staff_are_not_erased(aki):
    with pytest.raises(services.NotPossible):
        services.erase(aki, by=aki)


def test_erasing_twice_is_harmless(canary):
    services.erase(canary, by=canary)
    services.erase(canary, by=canary)
    assert Order.objects.count() == 1


class TestPages:
    """Your data: see it, download it, have it erased."""

    def test_they_are_for_who_is_signed_in(self, client):
        for path in ("privacy/", "privacy/download/", "privacy/erase/"):
            assert "/sign-in/" in client.get(f"/en/settings/{path}").url

    def test_the_page_says_what_is_held(self, client, canary):
        client.force_login(canary)
        page = client.get("/en/settings/privacy/").content.decode()
        for words in ("Delivery addresses", "What was said in chats", "Files you sent us"):
            assert words in page

    def test_the_download_has_everything_and_nothing_of_others(self, client, canary, alice):
        import json
        import zipfile

        order_of(alice, "ALICES")
        client.force_login(canary)
        answer = client.post("/en/settings/privacy/download/")
        assert "attachment" in answer["Content-Disposition"]
        archive = zipfile.ZipFile(io.BytesIO(b"".join(answer)))
        told = archive.read("data.json").decode()
        for words in (CANARY_EMAIL, CANARY_PHONE, CANARY_WORDS, "A1", "Write to me"):
            assert words in told
        assert "ALICES" not in told and alice.email not in told
        assert set(json.loads(told)) >= {"customer", "order", "chatmessage", "casemessage"}
        assert any(name.endswith("x.png") for name in archive.namelist())

    def test_the_download_leaves_out_what_staff_wrote_for_each_other(self, client, canary, aki):
        CaseMessage.objects.create(
            case=Case.objects.get(), by="agent", author=aki, body="INTERNAL", internal=True
        )
        assert "INTERNAL" not in str(privacy.export(canary)["casemessage"])

    def test_the_preview_says_what_goes_and_what_the_law_keeps(self, client, canary):
        client.force_login(canary)
        for language, words in (("en", "Tax law wants"), ("ja", "7年間")):
            assert words in client.get(f"/{language}/settings/privacy/erase/").content.decode()
        canary.refresh_from_db()
        assert canary.is_active, "looking changes nothing"

    def test_erasing_wants_a_yes_and_signs_out(self, client, canary):
        client.force_login(canary)
        answer = client.post("/en/settings/privacy/erase/")
        canary.refresh_from_db()
        assert (answer.status_code, canary.is_active) == (200, True)
        answer = client.post("/en/settings/privacy/erase/", {"sure": "on"})
        canary.refresh_from_db()
        assert (answer.status_code, canary.is_active) == (302, False)
        assert "_auth_user_id" not in client.session

    def test_staff_are_told_that_they_cannot(self, client, aki):
        client.force_login(aki)
        assert client.post("/en/settings/privacy/erase/", {"sure": "on"}).status_code == 409
        aki.refresh_from_db()
        assert aki.is_active

    def test_a_consent_keeps_its_wording_time_and_place(self, client, alice):
        client.force_login(alice)
        client.post("/ja/settings/privacy/", {"news": "on"})
        row = Consent.objects.get()
        assert (row.purpose, row.given, row.channel) == ("news", True, "web")
        assert row.wording.startswith("新商品")
        assert row.place == "/ja/settings/privacy/"
        assert services.has_agreed(alice, "news")
        assert not services.has_agreed(alice, "surveys")

    def test_taking_it_back_is_a_row_of_its_own(self, client, alice):
        client.force_login(alice)
        client.post("/en/settings/privacy/", {"news": "on"})
        client.post("/en/settings/privacy/", {})
        assert list(Consent.objects.of(alice).values_list("given", flat=True)) == [False, True]
        assert not services.has_agreed(alice, "news")

    def test_saving_without_a_change_writes_nothing(self, client, alice):
        client.force_login(alice)
        for _ in range(2):
            client.post("/en/settings/privacy/", {"news": "on"})
        assert Consent.objects.count() == 1


class TestRetention:
    """What is held for long enough goes by itself."""

    def test_old_words_go_and_young_ones_stay(self, canary):
        young = ChatMessage.objects.get()
        old = ChatMessage.objects.create(
            conversation=young.conversation,
            seq=2,
            author="customer",
            text=CANARY_WORDS,
            at=timezone.now() - timedelta(days=3 * 365),
        )
        privacy.retain()
        old.refresh_from_db()
        young.refresh_from_db()
        assert (old.text, young.text) == ("", CANARY_WORDS)

    def test_a_visitors_old_chat_stays_somebodys(self, db):
        row = Conversation.objects.create(
            visitor="browser", started_at=timezone.now() - timedelta(days=3 * 365), page="/x/"
        )
        privacy.retain()
        row.refresh_from_db()
        assert (row.visitor, row.page) == ("browser", "")

    def test_the_second_time_there_is_nothing_left_to_do(self, canary):
        ChatMessage.objects.update(at=timezone.now() - timedelta(days=3 * 365))
        assert privacy.retain() >= 1
        assert privacy.retain() == 0


def test_sessions_that_are_over_go_too(canary):
    Client().force_login(canary)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    tasks.retain()
    assert not Session.objects.exists()


class TestMerge:
    """Two records of one person become one."""

    def test_everything_becomes_the_kept_ones(self, canary, alice, aki):
        services.merge(alice, canary, by=aki)
        assert Order.objects.get().customer == alice
        assert Case.objects.get().customer == alice
        assert Conversation.objects.get().customer == alice
        assert not Customer.objects.filter(pk=canary.pk).exists()

    def test_a_proven_address_of_the_absorbed_leads_to_the_kept(self, canary, alice, aki):
        services.merge(alice, canary, by=aki)
        assert services.find(CANARY_EMAIL) == alice

    def test_an_address_only_known_proves_nothing_afterwards(self, alice, bob, aki):
        services.merge(alice, bob, by=aki)
        assert services.find("bob@example.com") is None

    def test_what_the_kept_one_lacks_is_filled_in_and_nothing_overwritten(self, canary, alice, aki):
        kept = services.merge(alice, canary, by=aki)
        assert (kept.name, kept.phone, kept.email) == (
            "有栖 花",
            CANARY_PHONE,
            "alice@example.com",
        )

    def test_a_row_that_may_be_there_once_is_the_kept_ones(self, canary, alice, aki):
        Preference.objects.create(customer=alice, topic="orders", channel="email", wanted=True)
        services.merge(alice, canary, by=aki)
        assert Preference.objects.get().wanted is True

    def test_it_is_recorded_with_who_did_it(self, alice, bob, aki):
        gone = bob.pk
        services.merge(alice, bob, by=aki)
        row = Touchpoint.objects.get(kind="customer.merged")
        assert (row.customer, row.actor, row.data) == (alice, aki, {"absorbed": gone})

    @pytest.mark.parametrize("pair", [("alice", "alice"), ("alice", "aki"), ("aki", "alice")])
    def test_some_cannot_be_merged(self, request, pair, eri, alice, aki):
        kept, absorbed = (request.getfixturevalue(name) for name in pair)
        with pytest.raises(services.NotPossible):
            services.merge(kept, absorbed, by=eri)
        assert Customer.objects.count() == 3

    def test_an_erased_one_cannot_be_merged(self, alice, canary, aki):
        services.erase(canary, by=canary)
        with pytest.raises(services.NotPossible):
            services.merge(alice, canary, by=aki)


def test_all_rooms_are_installed():
    assert {"orders", "bot", "cases", "notifications"} <= {c.label for c in apps.get_app_configs()}
