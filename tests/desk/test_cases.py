"""Cases at the desk."""

import pytest
from django.core.files.base import ContentFile

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
