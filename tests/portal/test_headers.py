"""What every response carries: no cookie without need, strict headers, nothing private kept."""

import re

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db

ORDINARY = ["/", "/{}/", "/{}/help/", "/{}/help/?q=x", "/{}/products/", "/{}/chat/"]
ORDINARY += ["/{}/home/mine/", "/{}/nothing-here/", "/widget.js", "/healthz"]


def directives(response) -> dict[str, list[str]]:
    policy = response["Content-Security-Policy"]
    parts = [part.split() for part in policy.split(";") if part.strip()]
    return {name: values for name, *values in parts}


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("path", ORDINARY)
def test_ordinary_pages_set_no_cookie(client, path, language):
    answer = client.get(path.format(language))
    assert answer.status_code in (200, 302, 404)
    assert not answer.cookies


@pytest.mark.parametrize("path", ["/en/sign-in/", "/ja/help/", "/en/home/mine/", "/nothing"])
def test_public_pages_run_our_scripts_only(client, path):
    policy = directives(client.get(path))
    assert policy["script-src"] == ["'self'"]
    assert policy["style-src"] == ["'self'"]
    assert policy["object-src"] == policy["base-uri"] == ["'none'"]
    assert policy["frame-ancestors"] == ["'self'"]


@pytest.mark.parametrize("path", ["/en/sign-in/", "/en/home/mine/", "/ja/history/", "/ja/help/"])
def test_no_page_brings_scripts_or_styles_inline(client, alice, path):
    client.force_login(alice)
    page = client.get(path, follow=True).content.decode()
    inline = re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", page)
    assert not inline
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page)


def test_every_response_says_how_it_may_be_used(client):
    answer = client.get("/en/sign-in/")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]


def test_the_editors_tool_has_a_policy_of_its_own_and_no_other_page(client, eri):
    client.force_login(eri)
    policy = directives(client.get("/cms/account/"))
    assert "'unsafe-inline'" in policy["script-src"]
    assert "'unsafe-inline'" not in directives(client.get("/en/settings/"))["script-src"]


@pytest.mark.parametrize(
    "path", ["/en/history/", "/en/settings/", "/en/orders/", "/en/home/mine/", "/en/help/"]
)
def test_what_is_somebodys_is_never_kept(client, alice, path):
    client.force_login(alice)
    answer = client.get(path)
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))


def test_two_people_side_by_side_see_their_own(alice, bob):
    pages = {}
    for person in (alice, bob):
        browser = Client()
        browser.force_login(person)
        pages[person.name] = browser.get("/en/settings/").content.decode()
    assert alice.email in pages[alice.name] and alice.email not in pages[bob.name]
    assert bob.email in pages[bob.name]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_front_door_opens_in_the_browsers_language(client, language):
    answer = client.get("/", headers={"Accept-Language": language})
    assert answer.url == f"/{language}/"
    assert "Accept-Language" in answer["Vary"]
    assert "no-store" in answer["Cache-Control"]


def test_a_foreign_host_is_refused(client, settings):
    settings.ALLOWED_HOSTS = ["help.shop.example"]
    assert client.get("/healthz", headers={"Host": "evil.example"}).status_code == 400


def test_a_probe_with_a_foreign_host_leaves_no_trace_in_the_log(client, settings, capfd):
    settings.ALLOWED_HOSTS = ["help.shop.example"]
    assert client.get("/healthz/x", headers={"host": "evil.example"}).status_code == 400
    assert "evil.example" not in capfd.readouterr().err


def test_cookies_of_a_session_are_out_of_reach_for_scripts_and_other_sites(client, alice):
    answer = client.post("/en/sign-in/", {"email": alice.email})
    cookie = answer.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_behind_https_cookies_travel_encrypted_only():
    """Read from the settings as production makes them."""
    import os
    import subprocess
    import sys

    from tests.portal.test_secret_keeping import SOUND

    environment = {
        name: ",".join(value) if isinstance(value, list) else value for name, value in SOUND.items()
    }
    names = (
        "SESSION_COOKIE_SECURE CSRF_COOKIE_SECURE SECURE_HSTS_SECONDS STAFF_NEED_SECOND_FACTOR"
        " MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN DEBUG"
    )
    answer = subprocess.run(
        [
            sys.executable,
            "-c",
            "from django.conf import settings as s;"
            f"print([getattr(s, n) for n in {names.split()!r}])",
        ],
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            **environment,
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == "[True, True, 31536000, True, False, False]"
