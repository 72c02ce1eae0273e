"""Passkeys in a real browser, with an authenticator that Chromium pretends to have."""

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_customer_adds_a_passkey_signs_in_with_it_and_removes_it(people, mailbox, settings):
    # WebAuthn knows no addresses, only names; 127.0.0.1 is none.
    settings.ALLOWED_HOSTS = ["*"]
    person = people("en-1280")
    page, site = person.page, person.portal.url.replace("127.0.0.1", "localhost")
    settings.CSRF_TRUSTED_ORIGINS = [site]
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})

    page.goto(f"{site}/en/sign-in/?next=/en/settings/security/keys/")
    page.get_by_label("E-mail address").fill("alice@example.com")
    page.get_by_role("button", name="Mail me a code").click()
    page.wait_for_url("**/code/**")
    code = re.search(r"\d{6}", mailbox("alice@example.com")[-1].subject)[0]
    page.get_by_label("6-digit code").fill(code)
    page.get_by_role("button", name="Continue").click()

    page.get_by_label("Name of this device").fill("My phone")
    page.get_by_role("button", name="Add").click()
    page.get_by_text("The passkey is added.").wait_for()
    assert page.get_by_text("My phone").is_visible()
    assert not page.get_by_text("recovery codes").is_visible()

    page.goto(f"{site}/en/sign-out/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.get_by_text("You are signed out.").wait_for()
    page.goto(f"{site}/en/sign-in/?next=/en/settings/security/")
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("heading", name="Signing in").wait_for()

    page.get_by_role("link", name="Remove").click()
    page.get_by_role("button", name="Remove").click()
    page.get_by_text("The passkey is removed.").wait_for()
    page.goto(f"{site}/en/history/")
    assert page.get_by_text("A passkey was removed").is_visible()
