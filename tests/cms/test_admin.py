"""Who passes Wagtail's doors, and what editors do behind them."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from wagtail.models import GroupPagePermission, Locale, Page, Site
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text

from cms.answers import find_answers
from cms.models import FAQIndexPage, FAQPage, HomePage, Synonym, Topic
from cms.setup import lay_out
from portal.customers.models import Customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(pages):
    """Somebody who may do everything."""
    return Customer.objects.create_superuser("root@shop.example", name="Root")


def refused(response):
    return response.status_code in (403, 404) or (
        response.status_code == 302 and "sign-in" in response.url
    )


@pytest.mark.parametrize("path", ["/cms/", "/cms/pages/", "/cms/users/", "/cms/images/", "/admin/"])
def test_customers_and_strangers_are_kept_out(client, pages, alice, aki, path):
    assert refused(client.get(path))
    client.force_login(alice)
    assert refused(client.get(path, follow=True)), "a customer"
    client.force_login(aki)
    assert refused(client.get(path, follow=True)), "an agent"


@pytest.mark.parametrize("path", ["/cms/", "/cms/pages/", "/cms/questions/", "/cms/products/"])
def test_editors_and_managers_are_let_in(client, faqs, eri, path):
    client.force_login(eri)
    assert client.get(path).status_code == 200
    eri.groups.set([Group.objects.get(name="managers")])
    client.force_login(Customer.objects.get(pk=eri.pk))
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/cms/users/", "/cms/users/new/", "/cms/groups/", "/cms/sites/"])
def test_editors_do_not_touch_people_and_settings(client, pages, eri, path):
    client.force_login(eri)
    response = client.get(path, follow=True)
    assert response.status_code in (403, 404) or response.redirect_chain


def _new_question(**values):
    return nested_form_data(
        {
            "title": "ギフト包装はできますか？",
            "slug": "gift",
            "short_answer": "はい、1箱330円でお包みします。",
            "body": rich_text("<p>のしは無料です。</p>"),
            "alternate_questions": "ラッピング",
            "related_actions": inline_formset([]),
            "related_questions": inline_formset([]),
            "comments": inline_formset([]),
            **values,
        }
    )


def test_an_editor_publishes_a_question_and_it_is_found(client, faqs, eri, shipping_ja):
    client.force_login(eri)
    parent = FAQIndexPage.objects.get(locale__language_code="ja")
    path = f"/cms/pages/add/cms/faqpage/{parent.pk}/"
    assert client.get(path).status_code == 200
    data = _new_question(topic=shipping_ja.topic_id)
    response = client.post(path, data | {"action-publish": "action-publish"})
    assert response.status_code == 302, response.context and response.context["form"].errors
    answer = find_answers("ラッピングしてほしい", "ja")[0]
    assert answer.title == "ギフト包装はできますか？" and answer.confident
    assert client.get("/ja/help/gift/").status_code == 200


def test_a_saved_draft_is_not_found(client, faqs, eri, shipping_ja):
    client.force_login(eri)
    parent = FAQIndexPage.objects.get(locale__language_code="ja")
    data = _new_question(topic=shipping_ja.topic_id)
    client.post(f"/cms/pages/add/cms/faqpage/{parent.pk}/", data)
    assert FAQPage.objects.filter(slug="gift", live=False).exists()
    assert not any("ギフト" in a.title for a in find_answers("ラッピング", "ja"))


def test_a_short_answer_too_long_for_a_chat_is_refused(client, faqs, eri, shipping_ja):
    client.force_login(eri)
    parent = FAQIndexPage.objects.get(locale__language_code="ja")
    data = _new_question(topic=shipping_ja.topic_id, short_answer="長" * 601)
    client.post(
        f"/cms/pages/add/cms/faqpage/{parent.pk}/", data | {"action-publish": "action-publish"}
    )
    assert not FAQPage.objects.filter(slug="gift").exists()


def test_deleting_a_question_takes_it_out_of_the_search(client, faqs, root, returns_ja):
    assert find_answers("返品", "ja")
    client.force_login(root)
    client.post(f"/cms/pages/{returns_ja.pk}/delete/")
    assert not any("返品できる" in a.title for a in find_answers("返品", "ja"))


def test_a_synonym_counts_at_once_and_no_longer_when_deleted(client, faqs, eri):
    client.force_login(eri)
    locale = Locale.objects.get(language_code="ja")
    data = {"locale": locale.pk, "words": "返品\nポイ"}
    assert find_answers("ポイ", "ja") == []
    assert client.post("/cms/snippets/cms/synonym/add/", data).status_code == 302
    assert find_answers("ポイ", "ja")[0].title.startswith("返品")
    number = Synonym.objects.get().pk
    client.post(f"/cms/snippets/cms/synonym/delete/{number}/")
    assert find_answers("ポイ", "ja") == []


@pytest.mark.parametrize("slug", ["", "gift"])
def test_an_editor_sees_a_page_before_it_is_published(client, faqs, eri, shipping_ja, slug):
    client.force_login(eri)
    parent = FAQIndexPage.objects.get(locale__language_code="ja")
    path = f"/cms/pages/add/cms/faqpage/{parent.pk}/preview/"
    data = _new_question(topic=shipping_ja.topic_id, slug=slug)
    assert client.post(path, data).json()["is_valid"]
    assert "ギフト包装はできますか？" in client.get(path).content.decode()


def test_an_editor_previews_the_other_pages(client, faqs, eri):
    client.force_login(eri)
    for page in [*HomePage.objects.all(), *FAQIndexPage.objects.all()]:
        assert client.get(f"/cms/pages/{page.pk}/view_draft/").status_code == 200


def test_the_form_says_how_long_an_answer_may_be(client, faqs, eri, shipping_ja):
    client.force_login(eri)
    page = client.get(f"/cms/pages/{shipping_ja.pk}/edit/").content.decode()
    assert "data-count-limits" in page and "cms/admin/count.js" in page


def test_the_admin_speaks_the_editors_language(client, faqs, eri, shipping_ja):
    client.force_login(eri)
    path = f"/cms/pages/{shipping_ja.pk}/edit/"
    japanese = client.get(path, headers={"accept-language": "ja"}).content.decode()
    english = client.get(path, headers={"accept-language": "en"}).content.decode()
    assert "短い回答" in japanese and "Short answer" in english


def test_a_topic_in_use_cannot_be_deleted(client, faqs, eri, shipping_ja):
    client.force_login(eri)
    client.post(f"/cms/snippets/cms/topic/delete/{shipping_ja.topic_id}/")
    assert Topic.objects.filter(pk=shipping_ja.topic_id).exists()


def test_the_staff_list_has_staff_and_no_customer(client, root, alice, bob, eri):
    client.force_login(root)
    page = client.get("/cms/users/").content.decode()
    assert "eri@shop.example" in page
    assert "alice@example.com" not in page and "bob@example.com" not in page
    found = client.get("/cms/users/", {"q": "example.com"}).content.decode()
    assert "alice@example.com" not in found


def test_a_customer_cannot_be_opened_as_staff(client, root, alice):
    client.force_login(root)
    for action in ("edit", "delete", "history"):
        response = client.get(f"/cms/users/{action}/{alice.pk}/", follow=True)
        assert response.status_code == 404, action


def test_somebody_is_added_to_the_staff(client, root):
    client.force_login(root)
    assert client.get("/cms/users/new/").status_code == 200
    editors = Group.objects.get(name="editors")
    data = {"email": "New@Shop.Example", "name": "新人", "language": "ja", "groups": [editors.pk]}
    response = client.post("/cms/users/new/", data)
    assert response.status_code == 302, response.context["form"].errors
    person = Customer.objects.get(email="new@shop.example")
    assert person.is_staff and not person.is_superuser and list(person.groups.all()) == [editors]
    assert not person.has_usable_password()


def test_an_address_that_is_known_is_refused_with_a_reason(client, root, eri):
    client.force_login(root)
    data = {"email": "ERI@shop.example", "name": "X", "language": "ja"}
    response = client.post("/cms/users/new/", data)
    assert response.status_code == 200 and response.context["form"].errors["email"]


def test_one_of_the_staff_is_changed(client, root, eri):
    client.force_login(root)
    assert client.get(f"/cms/users/edit/{eri.pk}/").status_code == 200
    data = {"email": "eri@shop.example", "name": "恵理", "language": "en", "is_active": "on"}
    assert client.post(f"/cms/users/edit/{eri.pk}/", data).status_code == 302
    eri.refresh_from_db()
    assert eri.name == "恵理" and eri.language == "en"


def test_laying_out_twice_changes_nothing(pages):
    def everything():
        return (
            list(Page.objects.values_list("path", "numchild", "slug", "locale__language_code")),
            list(Site.objects.values_list("pk", "root_page_id")),
            GroupPagePermission.objects.count(),
        )

    before = everything()
    lay_out()
    assert everything() == before
    assert Page.find_problems() == ([], [], [], [], [])


def test_laying_out_keeps_what_editors_wrote(pages):
    HomePage.objects.filter(slug="home-ja").update(welcome="ようこそ")
    lay_out()
    assert HomePage.objects.get(slug="home-ja").welcome == "ようこそ"


def test_models_and_migrations_agree(db):
    call_command("makemigrations", "cms", check=True, dry_run=True, verbosity=0)
