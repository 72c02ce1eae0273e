"""The shop is one row, read often and changed seldom."""

import pytest
from django.db import IntegrityError
from django.utils import translation

from portal.shop import services
from portal.shop.models import Shop

pytestmark = pytest.mark.django_db


def test_there_is_a_shop_before_anybody_set_one_up():
    assert Shop.objects.get() == services.current()


def test_reading_it_writes_nothing_even_without_a_row():
    Shop.objects.all().delete()
    assert services.current().pk == 1
    assert not Shop.objects.exists()


def test_a_change_is_seen_at_once():
    services.current()
    services.change(name_ja="ひなた茶舗", name_en="Hinata Tea")
    assert services.current().name_en == "Hinata Tea"


def test_its_name_follows_the_language_and_falls_back():
    shop = services.change(name_ja="ひなた茶舗", name_en="Hinata Tea", company_ja="株式会社ひなた")
    with translation.override("en"):
        assert (shop.name, shop.company) == ("Hinata Tea", "株式会社ひなた")
    with translation.override("ja"):
        assert shop.name == "ひなた茶舗"


def test_there_is_only_one():
    with pytest.raises(IntegrityError):
        Shop.objects.create(pk=2)


def test_reading_it_again_asks_no_database(django_assert_num_queries):
    services.current()
    with django_assert_num_queries(0):
        services.current()
