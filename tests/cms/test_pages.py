"""The pages customers read: help that answers, questions, products, in both languages."""

from dataclasses import replace

import pytest
from django.urls import reverse
from wagtail.models import Locale

from cms import search, services
from cms.answers import Answer
from cms.models import FAQPage, HomePage, ProductPage

pytestmark = pytest.mark.django_db

XSS = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


def text(response) -> str:
    return response.content.decode()


@pytest.fixture
def kyusu(faqs):
    """A product in both languages."""
    for language, title in (("en", "Teapot"), ("ja", "急須")):
        page = services.publish_product(
            language=language,
            slug="kyusu",
            sku="HT-1",
            title=title,
            summary="280ml",
            price=6800,
            facts=[("容量", "280ml")],
            faqs=["return-conditions", "no-such-page"],
        ).page
    return page


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("path", ["", "help/", "products/"])
def test_a_clean_install_has_its_first_pages(client, pages, language, path):
    response = client.get(f"/{language}/{path}")
    assert response.status_code == 200
    assert f'<html lang="{language}">' in text(response)


def test_the_root_leads_to_the_browsers_language(client, pages):
    assert client.get("/", headers={"accept-language": "en"}).url == "/en/"
    assert client.get("/", headers={"accept-language": "ja"}).url == "/ja/"


def test_ordinary_pages_set_no_cookie(client, kyusu):
    for path in ("/ja/", "/ja/help/?q=返品", "/ja/help/return-conditions/", "/ja/products/kyusu/"):
        assert not client.get(path).cookies, path


def test_the_home_page_shows_marked_questions_first(client, faqs, returns_ja):
    shown = [page.slug for page in HomePage.objects.get(slug="home-ja").top_questions()]
    assert shown == ["shipping-fee", "return-conditions"]
    returns_ja.featured = True
    returns_ja.save_revision().publish()
    shown = [page.slug for page in HomePage.objects.get(slug="home-ja").top_questions()]
    assert shown == ["return-conditions", "shipping-fee"]


def test_sections_of_the_home_page_are_shown(client, kyusu):
    home = HomePage.objects.get(slug="home-ja")
    question = FAQPage.objects.get(slug="shipping-fee", locale=home.locale)
    home.sections = [
        ("text", {"heading": "お知らせ", "text": "<p>年末年始のお休み</p>"}),
        ("products", {"heading": "新茶", "products": [kyusu]}),
        ("questions", {"heading": "今だけのご質問", "questions": [question]}),
    ]
    home.save_revision().publish()
    page = text(client.get("/ja/"))
    for said in ("お知らせ", "年末年始のお休み", "新茶", "急須", "今だけのご質問"):
        assert said in page


def test_help_shows_topics_with_their_questions(client, faqs):
    page = text(client.get("/ja/help/"))
    assert "配送・送料" in page and "送料はいくらですか？" in page
    assert "How much is shipping?" not in page


def test_a_topic_shows_all_its_questions(client, faqs, shipping_ja):
    page = text(client.get(f"/ja/help/?topic={shipping_ja.topic_id}"))
    assert "送料はいくらですか？" in page and "返品できる条件を教えてください" not in page


def test_another_language_keeps_the_topic_and_what_was_searched_for(client, faqs, shipping_ja):
    topic = f"?topic={shipping_ja.topic_id}"
    assert f'href="/en/help/{topic}"' in text(client.get(f"/ja/help/{topic}"))
    there = client.get(f"/en/help/{topic}").context["topic"]
    assert there == shipping_ja.topic.get_translation(Locale.objects.get(language_code="en"))
    assert 'href="/en/help/?q=postage"' in text(client.get("/ja/help/?q=postage"))


def test_beside_a_sure_answer_only_what_is_near_to_it_is_related(client, faqs, monkeypatch):
    sure = Answer(1, "/a/", "送料", "600円", 0.9, confident=True)
    near, far = replace(sure, title="海外", score=0.5), replace(sure, title="のし", score=0.3)
    monkeypatch.setattr(search, "find_answers", lambda *asked: [sure, near, far])
    assert client.get("/ja/help/?q=a").context["others"] == [near]
    monkeypatch.setattr(search, "find_answers", lambda *asked: [sure, *[near] * 6])
    assert len(client.get("/ja/help/?q=a").context["others"]) == 4
    unsure = [replace(each, confident=False) for each in (near, far)]
    monkeypatch.setattr(search, "find_answers", lambda *asked: unsure)
    assert client.get("/ja/help/?q=a").context["others"] == unsure


@pytest.mark.parametrize("topic", ["", "0", "99999999999999", "x", "１", "-1", "1 OR 1=1"])
def test_an_unknown_topic_shows_all_topics(client, faqs, topic):
    response = client.get("/ja/help/", {"topic": topic})
    assert response.status_code == 200 and "返品できる条件を教えてください" in text(response)


@pytest.mark.parametrize(
    ("language", "question", "answer"),
    [
        ("ja", "返品", "未開封の商品は到着後8日以内なら返品できます。"),
        ("ja", "送料", "送料は全国一律600円です。"),
        ("en", "shipping", "Shipping is a flat 600 yen."),
    ],
)
def test_a_search_shows_the_answer_itself_first(client, faqs, language, question, answer):
    response = client.get(f"/{language}/help/", {"q": question})
    assert response.context["answer"].short_answer == answer
    assert text(response).index(answer) < text(response).index("cases/new/")


@pytest.mark.parametrize(
    ("language", "said"),
    [("ja", "答えが見つかりませんでした"), ("en", "We found no answer to this")],
)
def test_a_search_without_answer_leads_to_people(client, faqs, language, said):
    page = text(client.get(f"/{language}/help/", {"q": "zzzz"}))
    assert said in page
    assert f"/{language}/chat/" in page and f"/{language}/cases/new/" in page


def test_what_only_the_other_language_answers_is_offered(client, faqs):
    page = text(client.get("/ja/help/", {"q": "postage cost"}))
    assert "/en/help/shipping-fee/" in page


def test_htmx_gets_the_results_alone(client, faqs):
    headers = {"HX-Request": "true", "HX-Target": "results"}
    response = client.get("/ja/help/", {"q": "返品"}, headers=headers)
    assert "<html" not in text(response) and "未開封の商品は" in text(response)
    assert "HX-Target" in response["Vary"]


def test_a_query_is_shown_as_text_and_not_as_markup(client, faqs):
    page = text(client.get("/ja/help/", {"q": XSS}))
    assert "<script>alert" not in page and "onerror=alert(1)>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize("query", ["返品" * 50_000, "\x00返品", "\ud7ff" * 10, "%00", "a" * 20_000])
def test_odd_and_long_queries_are_answered(client, faqs, query):
    response = client.get("/ja/help/", {"q": query})
    assert response.status_code == 200
    assert len(response.context["query"]) <= 200


def test_too_many_searches_are_asked_to_wait(client, faqs, monkeypatch):
    monkeypatch.setattr("portal.limits.hit", lambda name, *keys: name != "search")
    assert client.get("/ja/help/", {"q": "返品"}).status_code == 429
    assert client.get("/ja/help/").status_code == 200


def test_a_question_shows_its_answer_and_what_to_do_next(client, faqs, shipping_ja, returns_ja):
    services.relate_faqs("ja", {"shipping-fee": ["return-conditions", "gone"]})
    response = client.get("/ja/help/shipping-fee/")
    page = text(response)
    assert "送料は全国一律600円です。" in page and "離島へも同じ料金です。" in page
    assert [other.pk for other in response.context["related"]] == [returns_ja.pk]
    assert 'href="/ja/orders/"' in page


def test_an_unpublished_question_is_not_there(client, faqs, shipping_ja):
    shipping_ja.unpublish()
    assert client.get("/ja/help/shipping-fee/").status_code == 404


def test_the_language_switch_finds_the_twin(client, faqs, shipping_en):
    shipping_en.slug = "delivery-charges"
    shipping_en.save_revision().publish()
    page = text(client.get("/ja/help/shipping-fee/"))
    assert 'href="/en/help/delivery-charges/"' in page


def test_the_language_switch_without_a_twin_leads_home(client, faqs, shipping_en):
    shipping_en.unpublish()
    assert 'href="/en/"' in text(client.get("/ja/help/shipping-fee/"))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_products_are_listed_and_shown(client, kyusu, language):
    title = {"ja": "急須", "en": "Teapot"}[language]
    price = {"ja": "6,800円", "en": "¥6,800"}[language]
    assert title in text(client.get(f"/{language}/products/"))
    page = text(client.get(f"/{language}/products/kyusu/"))
    assert title in page and price in page and "280ml" in page
    assert f"/{language}/help/return-conditions/" in page


def test_editors_texts_are_escaped_where_they_are_plain(client, faqs, shipping_ja):
    shipping_ja.title = shipping_ja.short_answer = XSS
    shipping_ja.save_revision().publish()
    for path in ("/ja/", "/ja/help/", "/ja/help/?q=alert", "/ja/help/shipping-fee/"):
        assert "<script>alert" not in text(client.get(path)), path


def _grow(number):
    for n in range(number):
        for language in ("ja", "en"):
            services.publish_faq(
                language=language,
                slug=f"more-{n}",
                topic=f"T{n}",
                question=f"返品 return {n}",
                short_answer="a",
            )
            services.publish_product(
                language=language, slug=f"p{n}", sku=f"p{n}", title=f"p{n}", summary="s", price=n
            )


@pytest.mark.parametrize("path", ["", "help/", "help/?q=返品", "products/", "help/shipping-fee/"])
def test_no_page_asks_the_database_more_for_more_rows(
    client, kyusu, path, django_assert_max_num_queries
):
    def queries():
        client.get(f"/ja/{path}")
        with django_assert_max_num_queries(30) as asked:
            client.get(f"/ja/{path}")
        return len(asked)

    before = queries()
    _grow(6)
    assert queries() <= before


def test_the_vote_form_posts_to_the_page_in_its_language(client, faqs):
    assert 'action="/en/help/shipping-fee/vote/"' in text(client.get("/en/help/shipping-fee/"))
    assert reverse("faq_vote", args=["質問-1"]).endswith("/vote/")


def test_pages_of_both_languages_are_translations_of_each_other(kyusu, faqs, shipping_ja):
    english = Locale.objects.get(language_code="en")
    assert shipping_ja.get_translation(english).slug == "shipping-fee"
    assert shipping_ja.topic.get_translation(english).name == "Delivery"
    assert ProductPage.objects.get(locale=english).get_translations().count() == 1
