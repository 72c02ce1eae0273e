"""A customer's inquiries as pages."""

import io
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from cms.services import publish_faq
from portal.cases import drafts, services
from portal.cases.models import Attachment, Case, CaseMessage, Draft, DraftFile, Status
from portal.customers.kinds import Channel
from portal.customers.models import Touchpoint

pytestmark = pytest.mark.django_db
ASKED = {"topic": "return", "subject": "急須のふたが欠けている", "body": "届いたときからです。"}


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.PRIVATE_ROOT = tmp_path


@pytest.fixture
def case(alice):
    return services.open_case(alice, channel=Channel.WEB, **ASKED)


def photo(name="lid.jpg"):
    drawn = io.BytesIO()
    Image.new("RGB", (20, 20), "red").save(drawn, "JPEG")
    return SimpleUploadedFile(name, drawn.getvalue(), "image/jpeg")


def code_for(address):
    sent = [m for m in mail.outbox if m.to == [address]][-1]
    return re.search(r"\b(\d{6})\b", sent.body).group(1)


def test_a_signed_in_customer_opens_a_case_with_a_photo(client, alice):
    client.force_login(alice)
    answer = client.post("/ja/cases/new/", {**ASKED, "attachments": [photo()]})
    case = Case.objects.get()
    assert answer.url == f"/ja/cases/{case.number}/"
    assert Attachment.objects.get().name == "lid.jpg"
    page = client.get(answer.url).content.decode()
    assert "急須のふたが欠けている" in page
    assert "までに、こちらのページとメールでお返事します" in page


def test_who_is_not_signed_in_proves_the_address_first(client, db):
    asked = client.post(
        "/ja/cases/new/", {**ASKED, "email": "Ｎew@Example.com", "attachments": [photo()]}
    )
    assert Case.objects.count() == 0
    confirmed = client.post(asked.url, {"code": code_for("new@example.com")}, follow=True)
    case = Case.objects.get()
    assert case.customer.email == "new@example.com"
    assert confirmed.redirect_chain[-1][0] == f"/ja/cases/{case.number}/"
    assert Attachment.objects.count() == 1
    assert (Draft.objects.count(), DraftFile.objects.count()) == (0, 0)


def test_a_draft_is_nobodys_until_its_own_address_is_proven(client, alice):
    client.post("/ja/cases/new/", {**ASKED, "email": "someone@example.com"})
    session = client.session
    client.force_login(alice)
    session = client.session
    session["case_draft"] = str(Draft.objects.get().key)
    session.save()
    client.get("/ja/cases/finish/")
    assert Case.objects.count() == 0


def test_a_draft_becomes_a_case_once(client, db):
    asked = client.post("/ja/cases/new/", {**ASKED, "email": "new@example.com"})
    client.post(asked.url, {"code": code_for("new@example.com")}, follow=True)
    client.get("/ja/cases/finish/")
    assert Case.objects.count() == 1


def test_forgotten_drafts_are_swept_with_their_files(
    client, settings, django_capture_on_commit_callbacks
):
    client.post("/ja/cases/new/", {**ASKED, "email": "new@example.com", "attachments": [photo()]})
    assert drafts.sweep() == 0
    Draft.objects.update(created_at=timezone.now() - timedelta(days=2))
    with django_capture_on_commit_callbacks(execute=True):
        assert drafts.sweep() == 1
    assert list(settings.PRIVATE_ROOT.rglob("*.jpg")) == []


@pytest.mark.parametrize(
    ("language", "words"), [("ja", "添付いただけません"), ("en", "cannot be attached")]
)
def test_a_wrong_file_is_refused_and_what_was_typed_stays(client, alice, language, words):
    client.force_login(alice)
    bad = SimpleUploadedFile("virus.jpg", b"MZ\x90\x00", "image/jpeg")
    page = client.post(f"/{language}/cases/new/", {**ASKED, "attachments": [bad]}).content.decode()
    assert words in page
    assert ASKED["body"] in page
    assert Case.objects.count() == 0


def test_an_empty_inquiry_says_what_is_missing(client, alice):
    client.force_login(alice)
    page = client.post("/ja/cases/new/", {"topic": "other"}).content.decode()
    assert 'role="alert"' in page
    assert Case.objects.count() == 0


def test_the_order_of_another_customer_cannot_be_named(client, alice, bob):
    client.force_login(alice)
    client.post("/ja/cases/new/", {**ASKED, "order": "1"})
    assert not Case.objects.filter(order__isnull=False).exists()


def test_a_reply_with_nothing_in_it_is_refused(client, alice, case):
    client.force_login(alice)
    answer = client.post(f"/ja/cases/{case.number}/reply/", {"body": "  "})
    assert answer.status_code == 400
    assert CaseMessage.objects.count() == 1


def test_the_customer_replies(client, alice, case):
    client.force_login(alice)
    client.post(f"/ja/cases/{case.number}/reply/", {"body": "色は緑です"})
    assert "色は緑です" in client.get(f"/ja/cases/{case.number}/").content.decode()


def test_what_is_said_is_shown_as_text(client, alice, case):
    client.force_login(alice)
    client.post(f"/ja/cases/{case.number}/reply/", {"body": "<script>alert(1)</script>"})
    page = client.get(f"/ja/cases/{case.number}/").content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_internal_notes_never_reach_the_customers_page(client, alice, aki, case):
    services.note(case, by=aki, body="要注意")
    client.force_login(alice)
    assert "要注意" not in client.get(f"/ja/cases/{case.number}/").content.decode()


def test_the_customer_says_it_is_solved_and_rates(client, alice, case):
    client.force_login(alice)
    client.post(f"/ja/cases/{case.number}/solve/")
    client.post(f"/ja/cases/{case.number}/rate/", {"score": 4, "comment": "早かった"})
    case.refresh_from_db()
    assert case.status == Status.SOLVED
    assert Touchpoint.objects.get(kind="case.rated").data["score"] == 4


def test_a_rating_without_a_score_is_asked_for_again(client, alice, case, aki):
    services.solve(case, by=aki)
    client.force_login(alice)
    assert client.post(f"/ja/cases/{case.number}/rate/", {"score": ""}).status_code == 200
    assert not Touchpoint.objects.filter(kind="case.rated").exists()


@pytest.mark.parametrize("what", ["", "reply/", "solve/", "rate/"])
def test_bob_gets_the_same_for_alices_case_as_for_none(client, bob, case, what):
    client.force_login(bob)
    send = client.get if not what else client.post
    alices = send(f"/ja/cases/{case.number}/{what}", {"body": "x", "score": 5} if what else {})
    none = send(f"/ja/cases/C-NOBODY/{what}", {"body": "x", "score": 5} if what else {})
    assert alices.status_code == none.status_code == 404
    case.refresh_from_db()
    assert case.status == Status.NEW
    assert case.messages.count() == 1


def test_alices_files_are_for_alice(client, alice, bob):
    client.force_login(alice)
    client.post("/ja/cases/new/", {**ASKED, "attachments": [photo()]})
    file = Attachment.objects.get()
    path = f"/ja/cases/{Case.objects.get().number}/files/{file.pk}/"
    given = client.get(path)
    assert given["Content-Type"] == "image/jpeg"
    assert given["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in given["Content-Security-Policy"]
    client.force_login(bob)
    assert client.get(path).status_code == 404
    client.logout()
    assert client.get(path).status_code == 302


def test_the_open_page_asks_for_the_part_that_changes(client, alice, case):
    client.force_login(alice)
    part = client.get(f"/ja/cases/{case.number}/", headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert ASKED["body"] in part.content.decode()


def test_the_list_does_not_ask_more_for_more_cases(
    client, alice, case, django_assert_max_num_queries
):
    client.force_login(alice)
    for _ in range(15):
        services.open_case(alice, channel=Channel.WEB, **ASKED)
    with django_assert_max_num_queries(12):
        page = client.get("/ja/cases/").content.decode()
    assert page.count("case-row") == 16


@pytest.mark.parametrize(("language", "words"), [("ja", "まだありません"), ("en", "No inquiries")])
def test_the_empty_list_leads_on(client, alice, language, words):
    client.force_login(alice)
    page = client.get(f"/{language}/cases/").content.decode()
    assert words in page
    assert f"/{language}/cases/new/" in page


def test_the_history_leads_to_the_case(client, alice, case):
    client.force_login(alice)
    assert f'href="/ja/cases/{case.number}/"' in client.get("/ja/history/").content.decode()


def test_the_desks_history_leads_to_the_case_at_the_desk(client, alice, aki, case):
    client.force_login(aki)
    page = client.get(f"/desk/customer/{alice.pk}/").content.decode()
    assert f'href="/desk/cases/{case.number}/"' in page
    assert f"/ja/cases/{case.number}/" not in page


@pytest.mark.parametrize(
    ("language", "question", "typed"),
    [
        ("ja", "送料はいくらですか？", "送料について"),
        ("en", "How much is shipping?", "shipping cost"),
    ],
)
def test_answers_are_offered_while_the_subject_is_typed(
    client, clean_site, language, question, typed
):
    publish_faq(
        language=language,
        slug="shipping-fee",
        topic="Shipping",
        question=question,
        short_answer="600",
    )
    part = client.get(f"/{language}/cases/suggest/", {"subject": typed}).content.decode()
    assert question in part
    assert f"/{language}/help/shipping-fee/" in part


@pytest.mark.parametrize("typed", ["", "x", "<script>alert(1)</script>" * 50])
def test_nothing_is_offered_for_what_says_nothing(client, clean_site, typed):
    part = client.get("/ja/cases/suggest/", {"subject": typed})
    assert part.status_code == 200
    assert "suggest" not in part.content.decode()
