"""The picture of a product for whoever knows its sku only: the pages of orders."""

import io
from pathlib import Path

import pytest
from django.core.cache import cache
from PIL import Image

from cms import services
from cms.models import ProductPage

pytestmark = pytest.mark.django_db
BOX = "cms/product"


@pytest.fixture
def whisk(pages, settings, tmp_path):
    """A product with one photo."""
    settings.MEDIA_ROOT = tmp_path
    photo = io.BytesIO()
    Image.new("RGB", (80, 60)).save(photo, "PNG")
    file = tmp_path / "whisk.png"
    file.write_bytes(photo.getvalue())
    return services.publish_product(
        language="ja",
        slug="chasen",
        sku="HT-CHA-080",
        title="茶筅",
        summary="八十本立",
        images=[(Path(file), "茶筅")],
    ).page


def led_to(client, sku, language="ja"):
    """Return where the picture of a sku is."""
    answer = client.get(f"/{language}/products/picture/", {"sku": sku})
    assert answer.status_code == 302
    return answer.url


def test_a_product_with_a_photo_is_shown_by_its_sku_in_every_language(client, whisk):
    assert "whisk" in led_to(client, "HT-CHA-080")
    assert led_to(client, "HT-CHA-080", "en") == led_to(client, "HT-CHA-080")


@pytest.mark.parametrize("sku", ["", "HT-NONE-1", "HT-CHA", "\x00", "'; drop", "x" * 3000])
def test_what_has_no_photo_is_a_drawn_box(client, whisk, sku):
    assert BOX in led_to(client, sku)


def test_a_product_taken_off_the_pages_is_a_drawn_box(client, whisk):
    ProductPage.objects.get(pk=whisk.pk).unpublish()
    assert BOX in led_to(client, "HT-CHA-080")


def test_a_photo_whose_file_is_gone_is_a_drawn_box(client, whisk):
    image = whisk.images.get().image
    cache.clear()
    image.renditions.all().delete()
    image.file.storage.delete(image.file.name)
    assert BOX in led_to(client, "HT-CHA-080")


def test_pictures_set_no_cookie_and_may_be_kept_a_while(client, whisk):
    answer = client.get("/ja/products/picture/?sku=HT-CHA-080")
    assert not answer.cookies
    assert "max-age=600" in answer["Cache-Control"]
    assert client.post("/ja/products/picture/?sku=HT-CHA-080").status_code == 405
