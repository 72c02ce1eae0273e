"""A question goes from one language to the other through Wagtail's translate screens."""

from urllib.parse import urlencode

import pytest
from wagtail.models import Locale
from wagtail_localize.models import StringSegment, Translation

from cms import services
from cms.answers import find_answers
from cms.models import FAQPage, ProductIndexPage, ProductPage, RelatedFAQ, Topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client, faqs, eri, django_capture_on_commit_callbacks):
    """Eri's browser; what waits for the commit happens after each call of hers."""
    client.force_login(eri)
    client.committing = django_capture_on_commit_callbacks
    return client


@pytest.fixture
def stains(faqs, shipping_ja):
    """A question that exists in Japanese only, asked for at a Japanese address."""
    page = services.publish_faq(
        language="ja",
        slug="急須の茶渋",
        topic=shipping_ja.topic.name,
        question="急須の茶渋はどうやって落としますか？",
        short_answer="重曹を入れたぬるま湯に30分つけてください。",
        alternates=("茶渋の取り方", "急須が茶色くなった"),
    ).page
    page.related_questions.add(RelatedFAQ(question=shipping_ja, locale=page.locale))
    page.save_revision().publish()
    return page


IN_ENGLISH = {
    "title": "How do I remove tea stains from a teapot?",
    "short_answer": "Soak it in warm water with baking soda for 30 minutes.",
    "茶渋の取り方": "removing tannin",
    "急須が茶色くなった": "My kyusu turned brown",
}


def submit(editor, page):
    """Send a page to be translated into English, as the button does; return the new page."""
    path = f"/cms/localize/submit/page/{page.pk}/"
    assert editor.get(path).status_code == 200
    response = editor.post(path, {"locales": [_english().pk]})
    assert response.status_code == 302, response.context and response.context["form"].errors
    return twin(page)


def _english():
    return Locale.objects.get(language_code="en")


def twin(page):
    return type(page).objects.get(translation_key=page.translation_key, locale=_english())


def translate(editor, page, words):
    """Fill in the screen's fields, by name or by the words to translate, and publish."""
    translation = Translation.objects.get(source__object_id=page.translation_key)
    for segment in StringSegment.objects.filter(source=translation.source):
        said = words.get(segment.context.path) or words.get(segment.string.data)
        if said:
            path = f"/cms/localize/translate/{translation.pk}/strings/{segment.pk}/edit/"
            body = urlencode({"value": said})
            kind = "application/x-www-form-urlencoded"
            assert editor.put(path, body, content_type=kind).status_code == 201
    with editor.committing(execute=True):
        editor.post(f"/cms/pages/{page.pk}/edit/", {"action": "publish"})


def test_what_is_sent_to_be_translated_is_nowhere_to_be_read_yet(editor, client, stains):
    page = submit(editor, stains)
    assert not page.live
    assert editor.get(f"/cms/pages/{page.pk}/edit/").status_code == 200
    assert "茶渋" not in client.get("/en/help/").content.decode()
    assert not any("茶渋" in found.title for found in find_answers("急須の茶渋", "en"))


def test_the_topic_of_the_other_language_keeps_its_name(editor, stains, shipping_ja, shipping_en):
    page = submit(editor, stains)
    english = Topic.objects.get(pk=shipping_en.topic_id)
    assert (english.name, page.topic) == ("Delivery", english)
    assert Topic.objects.get(pk=shipping_ja.topic_id).name == "配送・送料"
    edit = editor.get(f"/cms/snippets/cms/topic/edit/{english.pk}/")
    assert 'name="name"' in edit.content.decode()


def test_a_published_translation_is_found_at_an_english_address(editor, client, stains):
    page = submit(editor, stains)
    translate(editor, page, IN_ENGLISH)
    page.refresh_from_db()
    assert page.live and page.slug == "how-do-i-remove-tea-stains-from-a-teapot"
    for asked in ("remove tea stains", "my kyusu turned brown", "removing tannin"):
        assert find_answers(asked, "en")[0].title == IN_ENGLISH["title"], asked
    shown = client.get(f"/en/help/{page.slug}/").content.decode()
    assert IN_ENGLISH["short_answer"] in shown
    assert page.alternates == ["removing tannin", "My kyusu turned brown"]


def test_a_translation_leads_on_in_its_own_language(editor, client, stains, shipping_en):
    page = submit(editor, stains)
    translate(editor, page, IN_ENGLISH)
    shown = client.get(twin(stains).url).content.decode()
    assert shipping_en.title in shown and "送料" not in shown


def test_an_address_without_japanese_letters_is_kept(editor, returns_ja):
    FAQPage.objects.filter(slug="return-conditions", locale=_english()).first().delete()
    page = submit(editor, returns_ja)
    translate(editor, page, IN_ENGLISH)
    assert twin(returns_ja).slug == "return-conditions"


def test_a_translated_product_stays_the_shops_product(editor, shipping_ja, shipping_en):
    index = ProductIndexPage.objects.get(locale__language_code="ja")
    product = ProductPage(title="急須", slug="急須", sku="KYUSU-1", summary="常滑焼の急須です。")
    index.add_child(instance=product)
    product.faqs.create(question=shipping_ja, locale=product.locale)
    product.save_revision().publish()
    page = submit(editor, product)
    names = {"title": "Teapot", "summary": "Made in Tokoname."}
    assert not StringSegment.objects.filter(string__data="KYUSU-1").exists()
    translate(editor, page, names)
    page.refresh_from_db()
    assert (page.live, page.title, page.slug, page.sku) == (True, "Teapot", "teapot", "KYUSU-1")
    assert list(page.questions()) == [shipping_en]


def test_other_ways_to_ask_are_translated_one_by_one_and_stay_so_when_one_is_added(
    editor, client, stains
):
    page = submit(editor, stains)
    assert editor.get(f"/cms/pages/{page.pk}/edit/").status_code == 200
    translate(editor, page, IN_ENGLISH)
    stains.refresh_from_db()
    stains.alternate_questions = "漂白剤は使えますか\n" + stains.alternate_questions
    stains.save_revision().publish()
    Translation.objects.get(source__object_id=page.translation_key).source.update_from_db()
    translate(editor, page, {"漂白剤は使えますか": "May I use bleach?"})
    page.refresh_from_db()
    assert page.alternates == ["May I use bleach?", "removing tannin", "My kyusu turned brown"]
