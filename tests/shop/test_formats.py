"""Money and times as people read them."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation
from freezegun import freeze_time

from portal.shop import formats

# 14:00 in Tokyo on a Saturday.
SATURDAY = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def on_that_saturday():
    with freeze_time(SATURDAY):
        yield


@pytest.mark.parametrize(
    ("minor", "currency", "language", "written"),
    [
        (1980, "JPY", "ja", "1,980円"),
        (1980, "JPY", "en", "¥1,980"),
        (0, "JPY", "ja", "0円"),
        (-600, "JPY", "ja", "-600円"),
        (1980, "USD", "en", "$19.80"),
        (1980, "USD", "ja", "$19.80"),
        (12345, "KWD", "en", "KWD12.345"),
    ],
)
def test_money_is_written_from_minor_units(minor, currency, language, written):
    with translation.override(language):
        assert formats.money(minor, currency) == written


@pytest.mark.parametrize(
    ("language", "written"), [("ja", "11月21日（土）14:00"), ("en", "Sat 21 Nov, 14:00")]
)
def test_a_moment_is_written_in_the_shops_zone(language, written):
    with translation.override(language):
        assert formats.moment(SATURDAY) == written


@pytest.mark.parametrize(
    ("language", "written"), [("ja", "2025年12月31日（水）"), ("en", "Wed 31 Dec 2025")]
)
def test_another_year_is_named(language, written):
    with translation.override(language):
        assert formats.moment(date(2025, 12, 31)) == written


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(2026, 11, 20), "昨日 11月20日（金）"),
        (date(2026, 11, 21), "今日 11月21日（土）"),
        (date(2026, 11, 22), "明日 11月22日（日）"),
        (date(2026, 11, 23), "11月23日（月）"),
    ],
)
def test_a_near_day_is_said_as_people_say_it(day, written):
    with translation.override("ja"):
        assert formats.near(day) == written


def test_a_time_late_in_the_evening_of_utc_is_tomorrow_in_tokyo():
    with translation.override("en"):
        assert formats.near(SATURDAY.replace(hour=16)) == "Tomorrow, Sun 22 Nov"
