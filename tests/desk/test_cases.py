"""Cases at the desk."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from portal.cases import services
from portal.cases.models import Attachment, CaseMessage, Status
from portal.customers.kinds import Channel
from portal.uploads import Upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(alice, settings, tmp_path):
    settings.PRIVATE_ROOT = tmp_path
    return services.open_case(
        alice,
        subject="急須のふた",
        body="欠けています",
        topic="return",
        channel=Channel.WEB,
        files=[Upload("lid.jpg", "image/jpeg", ContentFile(b"x"))],
    )


@pytest.fixture
def desk(client, aki):
    client.force_login(aki)
    return client


def test_an_agent_sees_what_is_to_be_answered(desk, case):
    page = desk.get("/desk/cases/").content.decode()
    assert "急須のふた" in page
    assert "有栖 花" in page


def test_an_agent_answers(desk, case, aki):
    desk.post(f"/desk/cases/{case.number}/answer/", {"body": "お取り替えします"})
    case.refresh_from_db()
    assert (case.status, case.agent) == (Status.WAITING, aki)


def test_an_agent_answers_and_solves_at_once(desk, case):
    desk.post(f"/desk/cases/{case.number}/answer/", {"body": "済みました", "solved": ""})
    case.refresh_from_db()
    assert case.status == Status.SOLVED


def test_a_note_is_kept_for_staff_and_leaves_the_case_as_it_is(desk, case, alice):
    desk.post(f"/desk/cases/{case.number}/answer/", {"body": "前回も同じ", "note": ""})
    case.refresh_from_db()
    assert case.status == Status.NEW
    assert CaseMessage.objects.get(body="前回も同じ").internal
    assert not CaseMessage.objects.visible_to(alice).filter(body="前回も同じ").exists()
    assert "前回も同じ" in desk.get(f"/desk/cases/{case.number}/").content.decode()


def test_an_empty_answer_is_refused(desk, case):
    assert desk.post(f"/desk/cases/{case.number}/answer/", {"body": ""}).status_code == 400
    assert CaseMessage.objects.count() == 1


def test_an_agent_takes_a_case_and_gives_it_back(desk, case, aki):
    desk.post(f"/desk/cases/{case.number}/assign/")
    case.refresh_from_db()
    assert case.agent == aki
    assert "急須のふた" in desk.get("/desk/cases/?shelf=mine").content.decode()
    desk.post(f"/desk/cases/{case.number}/assign/", {"release": ""})
    case.refresh_from_db()
    assert case.agent is None


def test_an_agent_opens_the_customers_file(desk, case):
    file = Attachment.objects.get()
    given = desk.get(f"/desk/cases/{case.number}/files/{file.pk}/")
    assert b"".join(given.streaming_content) == b"x"


@pytest.mark.parametrize("shelf", ["answer", "mine", "waiting", "solved", "nonsense"])
def test_every_shelf_opens(desk, case, shelf):
    assert desk.get(f"/desk/cases/?shelf={shelf}").status_code == 200


def test_the_list_does_not_ask_more_for_more_cases(
    desk, case, alice, django_assert_max_num_queries
):
    for number in range(15):
        services.open_case(alice, subject=f"{number}", body="?", topic="other", channel=Channel.WEB)
    with django_assert_max_num_queries(12):
        assert desk.get("/desk/cases/").content.decode().count("desk-item") == 16


@pytest.mark.parametrize("what", ["", "files/1/"])
@pytest.mark.parametrize("who", ["alice", "bob", "eri", None])
def test_only_agents_pass(client, case, request, who, what):
    if who:
        client.force_login(request.getfixturevalue(who))
    refused = 404 if who else 302
    assert client.get(f"/desk/cases/{case.number}/{what}").status_code == refused
    answered = client.post(f"/desk/cases/{case.number}/answer/", {"body": "x"})
    assert answered.status_code == refused
    assert CaseMessage.objects.count() == 1


@pytest.fixture
def seen(desk, case):
    """What the page of the case says when it is opened."""
    return desk.get(f"/desk/cases/{case.number}/").context["seen"]


@pytest.mark.parametrize(("language", "words"), [("ja", "書き込み"), ("en", "Meanwhile")])
def test_whoever_has_not_read_the_newest_reads_it_before_answering(
    desk, case, seen, alice, aki, language, words
):
    type(aki).objects.filter(pk=aki.pk).update(language=language)
    services.reply(case, by=alice, body="写真を送ります")
    data = {"body": "写真をお願いします", "seen": seen}
    shown = desk.post(f"/desk/cases/{case.number}/answer/", data)
    page = shown.content.decode()
    assert shown.status_code == 409 and words in page
    assert "写真を送ります" in page and "写真をお願いします</textarea>" in page
    assert not CaseMessage.objects.filter(by="agent").exists()
    desk.post(f"/desk/cases/{case.number}/answer/", data | {"seen": shown.context["seen"]})
    assert CaseMessage.objects.filter(by="agent").count() == 1


def test_what_a_colleague_solved_meanwhile_is_not_answered_unawares(desk, case, seen, aki):
    services.solve(case, by=aki)
    shown = desk.post(f"/desk/cases/{case.number}/answer/", {"body": "確認中です", "seen": seen})
    assert shown.status_code == 409
    case.refresh_from_db()
    assert case.status == Status.SOLVED


def test_a_second_tap_sends_no_second_answer(desk, case, seen):
    for _tap in range(2):
        desk.post(f"/desk/cases/{case.number}/answer/", {"body": "承知しました", "seen": seen})
    assert CaseMessage.objects.filter(body="承知しました").count() == 1


def test_a_note_keeps_its_files(desk, case, alice):
    files = [ContentFile(b"%PDF-1.4 stock", "stock.pdf")]
    data = {"body": "在庫表", "note": "", "attachments": files}
    desk.post(f"/desk/cases/{case.number}/answer/", data)
    kept = Attachment.objects.get(name="stock.pdf")
    assert kept.message.internal
    assert not Attachment.objects.visible_to(alice).filter(pk=kept.pk).exists()


def test_a_case_is_handed_to_a_colleague_and_to_nobody_else(desk, case, aki, alice, eri):
    ben = type(aki).objects.create_user("ben@shop.example", name="Ben", is_staff=True)
    ben.groups.set(aki.groups.all())
    assert "Ben" in desk.get(f"/desk/cases/{case.number}/").content.decode()
    desk.post(f"/desk/cases/{case.number}/assign/", {"agent": ben.pk})
    case.refresh_from_db()
    assert case.agent == ben
    for stranger in (alice.pk, eri.pk, "x", 0):
        answer = desk.post(f"/desk/cases/{case.number}/assign/", {"agent": stranger})
        assert answer.status_code == 404
    case.refresh_from_db()
    assert case.agent == ben


def test_a_case_is_found_by_number_subject_and_customer(desk, case, bob):
    services.open_case(bob, subject="Receipt", body="?", topic="payment", channel=Channel.WEB)
    for asked in (case.number.lower(), "ふた", "有栖", "ALICE@example.com"):
        page = desk.get("/desk/cases/", {"q": asked}).content.decode()
        assert case.number in page and "Receipt" not in page, asked
    assert case.number not in desk.get("/desk/cases/", {"q": "湯呑み"}).content.decode()


def test_the_list_leads_from_case_to_case_and_is_kept_while_working(desk, case, bob):
    other = services.open_case(bob, subject="領収書", body="?", topic="payment", channel="web")
    path = f"/desk/cases/{case.number}/?shelf=answer"
    assert desk.get(path).context["following"] == other
    assert f"/desk/cases/{other.number}/?shelf=answer" in desk.get(path).content.decode()
    sent = desk.post(f"/desk/cases/{case.number}/answer/?shelf=answer", {"body": "お調べします"})
    assert sent["Location"] == path
    assert desk.get(path).context["following"] == other


def test_what_is_late_stands_out(desk, case):
    assert 'class="since late"' not in desk.get("/desk/cases/").content.decode()
    case.promised_at = timezone.now() - timedelta(minutes=1)
    case.save()
    assert 'class="since late"' in desk.get("/desk/cases/").content.decode()
    assert "お約束は" in desk.get(f"/desk/cases/{case.number}/").content.decode()
