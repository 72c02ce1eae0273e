"""Opening hours, with public holidays and closures, and time counted in them."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from portal.shop import hours, services
from portal.shop.models import Closure, OpeningHours

pytestmark = pytest.mark.django_db
TOKYO = ZoneInfo("Asia/Tokyo")


def at(day: str, clock: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), TOKYO)


@pytest.fixture
def weekdays(db):
    """Monday to Friday, 10:00 to 18:00; in 2026, 21 November is a Saturday."""
    for weekday in range(1, 6):
        OpeningHours.objects.create(weekday=weekday, opens=time(10), closes=time(18))


@pytest.mark.parametrize(
    ("day", "clock", "open_"),
    [
        ("2026-11-20", "10:00", True),
        ("2026-11-20", "09:59", False),
        ("2026-11-20", "17:59", True),
        ("2026-11-20", "18:00", False),
        ("2026-11-21", "12:00", False),
        ("2026-11-23", "12:00", False),  # 勤労感謝の日
        ("2026-11-24", "12:00", True),
        ("2027-01-01", "12:00", False),  # 元日
    ],
)
def test_it_is_open_on_weekdays_but_not_on_holidays(weekdays, day, clock, open_):
    assert hours.is_open(at(day, clock)) is open_


def test_the_next_opening_skips_the_weekend_and_the_holiday(weekdays):
    assert hours.next_opening(at("2026-11-20", "18:30")) == at("2026-11-24", "10:00")


def test_while_open_the_next_opening_is_now(weekdays):
    now = at("2026-11-20", "11:11")
    assert hours.next_opening(now) == now


def test_a_closure_shuts_and_an_exception_opens(weekdays):
    Closure.objects.create(day=date(2026, 11, 24))
    Closure.objects.create(day=date(2026, 11, 23), open=True)
    assert not hours.is_open(at("2026-11-24", "12:00"))
    assert hours.is_open(at("2026-11-23", "12:00"))


def test_hours_are_counted_only_while_open(weekdays):
    assert hours.after(at("2026-11-20", "11:00"), 4) == at("2026-11-20", "15:00")
    assert hours.after(at("2026-11-20", "16:00"), 4) == at("2026-11-24", "12:00")
    assert hours.after(at("2026-11-21", "03:00"), 8) == at("2026-11-24", "18:00")


def test_several_spans_a_day_leave_the_lunch_break_out(db):
    OpeningHours.objects.create(weekday=2, opens=time(10), closes=time(12))
    OpeningHours.objects.create(weekday=2, opens=time(13), closes=time(17))
    assert hours.after(at("2026-11-24", "11:00"), 2) == at("2026-11-24", "14:00")


def test_a_shop_without_hours_is_never_open_and_counts_around_the_clock(db):
    now = at("2026-11-20", "12:00")
    assert not hours.is_open(now)
    assert hours.next_opening(now) is None
    assert hours.after(now, 4) == at("2026-11-20", "16:00")


def test_holidays_are_those_of_the_shops_country(weekdays):
    services.change(country="DE")
    assert hours.is_open(at("2026-11-23", "12:00"))
    assert not hours.is_open(at("2026-12-25", "12:00"))


def test_times_in_another_zone_mean_the_same_moment(weekdays):
    assert hours.is_open(datetime(2026, 11, 20, 1, 30, tzinfo=ZoneInfo("UTC")))
    assert not hours.is_open(datetime(2026, 11, 20, 12, 0, tzinfo=ZoneInfo("UTC")))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ja", "月〜金 10:00〜18:00（祝日休み）"),
        ("en", "Mon to Fri 10:00 to 18:00, closed on public holidays"),
    ],
)
def test_the_hours_are_said_in_one_line(weekdays, language, words):
    assert hours.sentence(language) == words
    with translation.override(language):
        assert hours.sentence() == words


def test_no_hours_are_said_in_words(db):
    assert hours.sentence("en") == "any time"


def test_a_day_is_read_with_few_questions(weekdays, django_assert_max_num_queries):
    services.current()
    with django_assert_max_num_queries(2):
        hours.after(at("2026-11-20", "16:00"), 40)
