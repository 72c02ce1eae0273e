"""Django's admin: ours only, in both languages, and nothing that breaks a rule."""

import pytest
from django.contrib import admin

from portal.customers.models import Customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(client):
    """A superuser's browser."""
    client.force_login(Customer.objects.create_superuser("root@shop.example", name="Root"))
    return client


def test_only_our_own_rows_and_groups_are_there():
    labels = {model._meta.app_label for model in admin.site._registry}
    assert labels == {"customers", "shop", "auth"}


@pytest.mark.parametrize("path", ["mfa/authenticator/", "account/emailaddress/", "taggit/tag/"])
def test_nobody_reads_or_writes_anothers_second_factor_or_addresses(root, path):
    assert root.get(f"/admin/{path}").status_code == 404


@pytest.mark.parametrize(
    ("language", "words"),
    [("ja", ["営業時間", "お客さまとスタッフ"]), ("en", ["Opening hours", "Proven addresses"])],
)
def test_it_is_named_in_both_languages(root, language, words):
    page = root.get("/admin/", headers={"accept-language": language}).content.decode()
    assert all(word in page for word in words)
    assert "hourss" not in page and "Identitys" not in page


def test_somebody_added_there_signs_in_by_code_at_the_address_as_it_is_stored(root):
    data = {"email": "New.Agent@Shop.Example", "name": "New", "language": "ja", "is_active": "on"}
    assert root.post("/admin/customers/customer/add/", data).status_code == 302
    person = Customer.objects.get(email="new.agent@shop.example")
    assert not person.has_usable_password()
    path = f"/admin/customers/customer/{person.pk}/change/"
    root.post(path, data | {"email": "OTHER@Shop.Example"})
    person.refresh_from_db()
    assert person.email == "other@shop.example"
