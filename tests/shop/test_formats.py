"""Money and times as people of either language write them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from freezegun import freeze_time

from portal.shop import formats

MOMENT = datetime(2026, 11, 21, 5, 0, tzinfo=ZoneInfo("UTC"))


@pytest.mark.parametrize(
    ("minor", "currency", "ja", "en"),
    [
        (1980, "JPY", "1,980円", "¥1,980"),
        (0, "JPY", "0円", "¥0"),
        (-550, "JPY", "-550円", "-¥550"),
        (1980, "USD", "$19.80", "$19.80"),
    ],
)
def test_money(minor, currency, ja, en):
    with translation.override("ja"):
        assert formats.money(minor, currency) == ja
    with translation.override("en"):
        assert formats.money(minor, currency) == en


@freeze_time("2026-11-21 03:00:00")
def test_days_and_moments():
    with translation.override("ja"):
        assert formats.day(MOMENT) == "11月21日（土）"
        assert formats.moment(MOMENT) == "11月21日（土）14:00"
        assert formats.near(MOMENT) == "本日 11月21日（土）"
        assert formats.day(date(2025, 1, 2)) == "2025年1月2日（木）"
    with translation.override("en"):
        assert formats.day(MOMENT) == "Sat 21 Nov"
        assert formats.moment(MOMENT) == "Sat 21 Nov, 14:00"
        assert formats.near(date(2026, 11, 22)) == "Tomorrow, Sun 22 Nov"
        assert formats.near(date(2026, 11, 25)) == "Wed 25 Nov"


@freeze_time("2026-11-21 03:00:00")
def test_a_bare_date_has_no_time():
    with translation.override("en"):
        assert formats.moment(date(2026, 11, 21)) == "Sat 21 Nov"
