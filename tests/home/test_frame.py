"""What every page's frame shows, and what it must not do."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from portal.home import style
from portal.shop import services


@pytest.fixture
def shown(db):
    """Renders the bare frame at a path, for a person."""

    def show(path: str, person=None) -> str:
        language = path.split("/")[1]
        request = RequestFactory().get(path)
        request.user, request.LANGUAGE_CODE = person or AnonymousUser(), language
        with translation.override(language):
            return render_to_string("portal/base.html", {}, request)

    services.change(name_ja="ひなた茶舗", name_en="Hinata Tea", phone="054-000-0000")
    return show


@pytest.mark.parametrize(
    ("path", "name", "nav"),
    [("/ja/orders/", "ひなた茶舗", "ご注文"), ("/en/orders/", "Hinata Tea", "Orders")],
)
def test_the_frame_speaks_the_pages_language(shown, path, name, nav):
    page = shown(path)
    assert f'<html lang="{path[1:3]}">' in page
    assert name in page and "054-000-0000" in page
    assert re.search(rf'href="{path}" aria-current="page">{nav}</a>', page)


def test_the_language_switch_keeps_page_and_query(shown):
    assert 'href="/ja/orders/A1/?page=2" lang="ja"' in shown("/en/orders/A1/?page=2")


def test_a_visitor_is_offered_to_sign_in_and_gets_no_form(shown):
    page = shown("/en/orders/")
    assert 'href="/en/sign-in/"' in page
    assert "<form" not in page


def test_alice_finds_her_menu_and_no_desk(shown, alice):
    page = shown("/en/orders/", alice)
    assert 'href="/en/history/"' in page
    assert 'href="/desk/"' not in page


def test_an_agent_finds_the_desk(shown, aki):
    assert 'href="/desk/"' in shown("/en/orders/", aki)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_nothing_in_the_frame_needs_an_inline_script_or_style(shown, language, alice):
    page = shown(f"/{language}/orders/", alice)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)", page)


def test_the_page_of_a_failed_server_asks_for_nothing():
    page = engines["django"].get_template("500.html").render({})
    assert "申し訳ございません" in page and "Sorry" in page


def test_an_icon_names_its_symbol_and_is_hidden_from_readers():
    page = engines["django"].from_string('{% load portal %}{% icon "truck" "large" %}').render({})
    assert 'class="icon large" aria-hidden="true"' in page
    assert "icons.svg#truck" in page


def test_tags_write_nothing_for_what_is_unknown():
    source = (
        '{% load portal %}[{{ x|money:"JPY" }}{{ x|day }}{{ x|moment }}{{ x|near }}{{ x|clock }}]'
    )
    assert engines["django"].from_string(source).render({"x": None}) == "[]"


@pytest.mark.django_db
def test_the_style_guide_shows_every_component():
    request = RequestFactory().get("/dev/style/")
    request.user, request.LANGUAGE_CODE = AnonymousUser(), "en"
    assert style.style(request).status_code == 200
    guide = Path(engines["django"].get_template("portal/style.html").origin.name)
    parts = {part.name for part in (guide.parent / "components").glob("_*.html")}
    shown = set(re.findall(r"components/(_\w+\.html)", guide.read_text()))
    assert parts - shown == {"_field_words.html"}


def test_staff_find_the_doors_that_open_to_them_and_customers_none(client, alice, aki, eri):
    opening = {alice: [], aki: ["/desk/"], eri: ["/cms/"]}
    for person, urls in opening.items():
        client.force_login(person)
        page = client.get("/en/history/").content.decode()
        doors = ("/desk/", "/cms/", "/admin/")
        assert [url for url in doors if f'<a href="{url}">' in page] == urls, person
