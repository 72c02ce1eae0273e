"""Cases: opening, answering, replying, solving, rating."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone, translation

from portal.cases import promises, services
from portal.cases.models import Attachment, Case, CaseMessage, Status
from portal.customers.kinds import Channel
from portal.customers.models import Touchpoint
from portal.flow import WrongMove
from portal.shop.models import OpeningHours
from portal.uploads import Upload

pytestmark = pytest.mark.django_db
TOKYO = ZoneInfo("Asia/Tokyo")


def opened(customer, **options):
    options = {
        "subject": "急須のふたが欠けていました",
        "body": "届いたときから欠けていました。",
        "topic": "return",
        "channel": Channel.WEB,
        **options,
    }
    return services.open_case(customer, **options)


def kinds_of(case):
    return list(
        Touchpoint.objects.filter(about_id=case.pk).order_by("id").values_list("kind", flat=True)
    )


@pytest.fixture
def case(alice):
    return opened(alice)


@pytest.fixture
def weekdays_ten_to_five(db):
    for day in range(1, 6):
        OpeningHours.objects.create(weekday=day, opens="10:00", closes="17:00")


def test_opening_keeps_the_question_its_number_and_a_promise(case, alice):
    assert case.number.startswith("C-")
    assert case.status == Status.NEW
    assert case.promised_at > timezone.now()
    assert case.messages.get().body == "届いたときから欠けていました。"
    assert kinds_of(case) == ["case.opened"]
    assert Touchpoint.objects.of(alice).get().data == {"case": case.number}


def test_numbers_cannot_be_counted_up(alice):
    numbers = {opened(alice).number for _ in range(20)}
    assert len(numbers) == 20
    assert not any(letter in "AEIOU01" for number in numbers for letter in number[2:])


def test_files_are_kept_under_a_name_nobody_can_guess(alice, settings, tmp_path):
    settings.PRIVATE_ROOT = tmp_path
    case = opened(alice, files=[Upload("蓋.jpg", "image/jpeg", ContentFile(b"picture"))])
    kept = Attachment.objects.get(message__case=case)
    assert (kept.name, kept.size) == ("蓋.jpg", 7)
    assert "蓋" not in kept.file.name
    assert (tmp_path / kept.file.name).read_bytes() == b"picture"


def test_the_promise_counts_business_hours_only(weekdays_ten_to_five):
    friday = datetime(2026, 11, 20, 16, 0, tzinfo=TOKYO)
    # 4 hours: one on Friday; Monday 23 November 2026 is a holiday (勤労感謝の日).
    assert promises.promised(friday) == datetime(2026, 11, 24, 13, 0, tzinfo=TOKYO)


def test_an_answer_makes_it_the_customers_turn(case, aki):
    services.answer(case, by=aki, body="お取り替えします。")
    case.refresh_from_db()
    assert case.status == Status.WAITING
    assert case.agent == aki
    assert case.first_reply_at is not None
    assert case.promised_at is None
    assert promises.next_step(case).turn == "you"


def test_a_second_answer_keeps_the_time_of_the_first(case, aki):
    services.answer(case, by=aki, body="一つ目")
    first = Case.objects.get().first_reply_at
    services.answer(case, by=aki, body="二つ目")
    case.refresh_from_db()
    assert case.first_reply_at == first
    assert case.status == Status.WAITING


def test_a_reply_makes_it_our_turn_again_with_a_new_promise(case, alice, aki):
    services.answer(case, by=aki, body="お取り替えします。")
    services.reply(case, by=alice, body="お願いします。")
    case.refresh_from_db()
    assert case.status == Status.OPEN
    assert case.promised_at > timezone.now()


def test_a_reply_reopens_a_solved_case(case, alice, aki):
    services.solve(case, by=aki)
    services.reply(case, by=alice, body="まだ届きません。")
    case.refresh_from_db()
    assert (case.status, case.solved_at) == (Status.OPEN, None)
    assert kinds_of(case) == ["case.opened", "case.solved", "case.reopened"]


def test_a_reply_to_a_closed_case_is_refused_and_writes_nothing(case, alice, aki):
    services.solve(case, by=aki)
    Case.objects.update(solved_at=timezone.now() - timedelta(days=31))
    assert services.close_old() == 1
    case.refresh_from_db()
    with pytest.raises(services.Closed):
        services.reply(case, by=alice, body="もう一度")
    assert CaseMessage.objects.count() == 1


def test_a_reply_and_an_answer_at_the_same_time_both_stay(case, alice, aki):
    as_the_agent_saw_it = Case.objects.get()
    services.answer(case, by=aki, body="ひとつ目")
    services.reply(case, by=alice, body="返信")
    services.answer(as_the_agent_saw_it, by=aki, body="ふたつ目")
    assert CaseMessage.objects.count() == 4
    assert Case.objects.get().status == Status.WAITING


def test_a_note_is_for_staff_only(case, alice, aki):
    services.note(case, by=aki, body="以前にも同じ方から")
    assert "以前" not in str(
        list(CaseMessage.objects.visible_to(alice).values_list("body", flat=True))
    )
    assert "case.noted" not in Touchpoint.objects.visible_to(alice).values_list("kind", flat=True)


def test_assigning_a_new_case_starts_it(case, aki):
    services.assign(case, agent=aki, by=aki)
    case.refresh_from_db()
    assert (case.agent, case.status) == (aki, Status.OPEN)


def test_a_case_given_back_belongs_to_everybody(case, aki):
    services.assign(case, agent=aki, by=aki)
    services.assign(case, agent=None, by=aki)
    case.refresh_from_db()
    assert (case.agent, case.status) == (None, Status.OPEN)


def test_solving_twice_is_refused(case, aki):
    services.solve(case, by=aki)
    with pytest.raises(WrongMove):
        services.solve(case, by=aki)


def test_a_solved_case_is_rated(case, alice, aki):
    services.solve(case, by=aki)
    services.rate(case, by=alice, score=5, comment="ありがとう")
    rated = Touchpoint.objects.get(kind="case.rated")
    assert (rated.data["score"], rated.data["comment"]) == (5, "ありがとう")


@pytest.mark.parametrize("score", [0, 6, -1])
def test_other_scores_are_refused(case, alice, aki, score):
    services.solve(case, by=aki)
    with pytest.raises(ValueError, match="rated"):
        services.rate(case, by=alice, score=score)


def test_an_open_case_is_not_rated(case, alice):
    with pytest.raises(ValueError, match="rated"):
        services.rate(case, by=alice, score=5)


def test_bob_cannot_see_alices_case_message_or_file(alice, bob, settings, tmp_path):
    settings.PRIVATE_ROOT = tmp_path
    opened(alice, files=[Upload("a.jpg", "image/jpeg", ContentFile(b"x"))])
    for rows in (Case.objects, CaseMessage.objects, Attachment.objects):
        assert rows.visible_to(alice).count() == 1
        assert rows.visible_to(bob).count() == 0


def test_a_promise_about_to_break_is_moved_and_told_once(case):
    Case.objects.update(promised_at=timezone.now() + timedelta(minutes=5))
    assert services.move_breaking_promises() == 1
    assert services.move_breaking_promises() == 0
    assert kinds_of(case) == ["case.opened", "case.promise_moved"]


def test_a_promise_kept_in_the_last_minute_is_not_moved(case, aki):
    soon = timezone.now() + timedelta(minutes=5)
    Case.objects.update(promised_at=soon)
    stale = Case.objects.get()
    services.answer(case, by=aki, body="はい")
    assert services.move_promise(stale) is False


@pytest.mark.parametrize(("language", "words"), [("ja", "までに"), ("en", "We will answer by")])
def test_who_acts_next_and_by_when_in_both_languages(case, language, words):
    with translation.override(language):
        assert words in promises.next_step(case).sentence


def test_a_late_answer_is_owned_up_to(case):
    case.promised_at = timezone.now() - timedelta(hours=1)
    step = promises.next_step(case)
    assert step.late
    assert step.turn == "us"
