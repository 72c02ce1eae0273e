"""The staff doors: who passes, who is shown elsewhere, and that no customer slips through."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from portal.customers import doors, groups
from portal.customers.models import Customer

pytestmark = pytest.mark.django_db


def _routes(patterns, prefix=""):
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            yield path


def _example(route: str) -> str:
    """Return a path that fits a route, with 1 or x for what it takes."""
    route = re.sub(r"<(?:int|pk)[^>]*>|<[^>:]*:?(?:pk|id|[a-z_]*_id|object_id)>", "1", route)
    route = re.sub(r"\(\?P<\w+>(?:[^()]|\([^()]*\))*\)|\((?:[^()]|\([^()]*\))*\)", "1", route)
    route = re.sub(r"<uuid:[^>]*>", "6f1b1d2e-0000-4000-8000-000000000000", route)
    route = re.sub(r"<[^>]*>", "x", route)
    return "/" + re.sub(r"[\^$\\?]|\.\*", "", route)


def _behind_doors() -> list[str]:
    paths = {_example(route) for route in _routes(get_resolver().url_patterns)}
    return sorted(path for path in paths if path.startswith(tuple(doors.DOORS)))


def test_there_are_many_urls_behind_the_doors():
    found = _behind_doors()
    assert len(found) > 100
    for door in doors.DOORS:
        assert any(path.startswith(door) for path in found) or door == "/desk/"


def test_no_customer_passes_any_url_behind_the_doors(alice):
    client = Client()
    client.force_login(alice)
    passed = {}
    for path in _behind_doors():
        for method in (client.get, client.post):
            answer = method(path)
            if answer.status_code != (403 if path in doors.DOORS else 404):
                passed[path] = answer.status_code
    assert not passed


def test_no_view_behind_the_doors_runs_for_a_customer(rf, alice):
    guarded = doors.middleware(lambda request: pytest.fail(f"{request.path} ran"))
    for path in _behind_doors():
        request = rf.get(path)
        request.user = alice
        with pytest.raises(PermissionDenied if path in doors.DOORS else Http404):
            guarded(request)


def test_nobody_passes_without_signing_in(client):
    for path in _behind_doors():
        answer = client.get(path)
        assert answer.status_code == 302, path
        assert "/sign-in/?next=%2F" in answer.url, path


@pytest.mark.parametrize(
    ("person", "open_doors"),
    [("aki", {"/desk/"}), ("eri", {"/cms/"}), ("manager", {"/desk/", "/cms/"}), ("root", None)],
)
def test_each_kind_of_staff_passes_its_own_doors(request, person, open_doors):
    someone = request.getfixturevalue(person)
    passed = {door for door, may_pass in doors.DOORS.items() if may_pass(someone)}
    assert passed == (set(doors.DOORS) if open_doors is None else open_doors)


@pytest.fixture
def manager(db):
    person = Customer.objects.create_user("mako@shop.example", is_staff=True)
    person.groups.add(Group.objects.get_or_create(name=groups.MANAGERS)[0])
    return person


@pytest.fixture
def root(db):
    return Customer.objects.create_superuser("root@shop.example")


def test_an_agent_stands_before_the_cms_like_a_customer(client, aki):
    client.force_login(aki)
    for language, words in (("en", "You cannot open this page"), ("ja", "このページ")):
        answer = client.get("/cms/", headers={"Accept-Language": language})
        assert answer.status_code == 403
        assert words in answer.content.decode()


def test_a_group_without_the_staff_mark_opens_nothing(alice):
    alice.groups.add(Group.objects.get_or_create(name=groups.AGENTS)[0])
    assert not doors.is_agent(alice)


def test_the_staff_mark_without_a_group_opens_nothing(client, alice):
    alice.is_staff = True
    alice.save()
    client.force_login(alice)
    assert [client.get(door).status_code for door in doors.DOORS] == [403] * 3
    assert client.get("/desk/cases/").status_code == 404


def test_who_has_left_opens_nothing(aki):
    aki.is_active = False
    assert not doors.is_agent(aki)


def test_the_tools_own_sign_in_pages_lead_to_ours(client):
    for path in ("/cms/login/", "/admin/login/", "/en/_util/login/"):
        answer = client.get(path)
        assert answer.status_code == 302
        assert "/sign-in/" in answer.url


class TestSecondFactor:
    """Outside the demo, staff show a second factor before a door opens."""

    @pytest.fixture(autouse=True)
    def production(self, settings):
        settings.STAFF_NEED_SECOND_FACTOR = True

    def test_staff_without_one_are_led_to_set_it_up(self, client, eri):
        client.force_login(eri)
        answer = client.get("/cms/pages/")
        assert answer.status_code == 302
        assert answer.url.endswith("/settings/security/?next=%2Fcms%2Fpages%2F")

    def test_staff_with_one_are_asked_for_it(self, client, eri):
        TOTP.activate(eri, generate_totp_secret())
        client.force_login(eri)
        assert "/settings/security/again/?next=%2Fcms%2F" in client.get("/cms/").url

    def test_a_factor_set_up_elsewhere_does_not_open_this_session(self, client, eri):
        client.force_login(eri)
        Authenticator.objects.create(user=eri, type="totp", data={"secret": "x"})
        assert client.get("/cms/").status_code == 302

    def test_after_showing_it_the_door_opens(self, client, eri, monkeypatch):
        TOTP.activate(eri, generate_totp_secret())
        monkeypatch.setattr(TOTP, "validate_code", lambda self, code: code == "123456")
        client.force_login(eri)
        answer = client.post("/en/settings/security/again/", {"code": "123456", "next": "/cms/"})
        assert answer.url == "/cms/"
        assert doors.second_factor_shown(client.session, eri)

    def test_a_wrong_one_opens_nothing(self, client, eri, monkeypatch):
        TOTP.activate(eri, generate_totp_secret())
        monkeypatch.setattr(TOTP, "validate_code", lambda self, code: False)
        client.force_login(eri)
        answer = client.post("/en/settings/security/again/", {"code": "123456"})
        assert answer.status_code == 200
        assert not doors.second_factor_shown(client.session, eri)

    def test_signing_in_as_staff_takes_the_code_and_then_the_second_factor(
        self, client, eri, monkeypatch, mailoutbox
    ):
        TOTP.activate(eri, generate_totp_secret())
        monkeypatch.setattr(TOTP, "validate_code", lambda self, code: code == "654321")
        page = client.post("/en/sign-in/", {"email": eri.email, "next": "/cms/"}).url
        code = re.search(r"\d{6}", mailoutbox[-1].subject)[0]
        second = client.post(page, {"code": code}).url
        assert second == "/en/sign-in/second/"
        assert "_auth_user_id" not in client.session
        assert client.get("/cms/").status_code == 302
        assert "Code of your app" in client.get(second).content.decode()
        assert client.post(second, {"code": "111111"}).status_code == 200
        assert "_auth_user_id" not in client.session
        assert client.post(second, {"code": "６５４３２１"}).url == "/cms/"
        assert client.get("/cms/").status_code == 200

    @pytest.mark.parametrize("password", [None, "kept from another life"])
    def test_setting_up_an_app_is_its_first_showing(
        self, client, aki, mailoutbox, password, settings
    ):
        settings.MFA_TOTP_TOLERANCE = 1
        aki.set_password(password)
        aki.save()
        page = client.post("/en/sign-in/", {"email": aki.email, "next": "/desk/"}).url
        client.post(page, {"code": re.search(r"\d{6}", mailoutbox[-1].subject)[0]})
        assert "二段階認証が必要です" in client.get("/desk/", follow=True).content.decode()
        form = client.get("/en/settings/security/app/").context["form"]
        _last, now, _next = totp.yield_hotp_counters_from_time()
        code = totp.format_hotp_value(totp.hotp_value(form.secret, now))
        codes = client.post("/en/settings/security/app/", {"code": code})
        assert codes.url == "/en/settings/security/codes/"
        assert client.get(codes.url).status_code == 200
        assert client.get("/desk/").status_code == 200

    def test_who_has_one_shows_it_before_adding_another(self, client, eri):
        TOTP.activate(eri, generate_totp_secret())
        client.force_login(eri)
        assert "/again/" in client.get("/en/settings/security/keys/").url

    def test_a_customers_passkey_is_no_hurdle_for_the_code(self, client, alice, mailoutbox):
        Authenticator.objects.create(user=alice, type="webauthn", data={"name": "x"})
        page = client.post("/en/sign-in/", {"email": alice.email}).url
        code = re.search(r"\d{6}", mailoutbox[-1].subject)[0]
        assert client.post(page, {"code": code}).url == "/en/"
        assert client.session["_auth_user_id"] == str(alice.pk)

    def test_customers_are_never_asked(self, client, alice):
        client.force_login(alice)
        assert client.get("/cms/").status_code == 403
