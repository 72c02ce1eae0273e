"""Production refuses to start, naming everything that is missing or weak."""

import base64
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from portal import secret_keeping

SOUND = {
    "SECRET_KEY": "k3y" + "abcdefghijklmnopqrstuvwxyz0123456789" * 2,
    "BASE_URL": "https://help.shop.example",
    "ALLOWED_HOSTS": ["help.shop.example"],
    "DEFAULT_FROM_EMAIL": "help@shop.example",
    "EMAIL_URL": "smtp://localhost:25",
    "FEED_SECRET": secret_keeping.webhook_secret(),
    "SHOP_URL": "https://shop.example/requests",
    "SHOP_SECRET": secret_keeping.webhook_secret(),
    "WIDGET_ORIGINS": ["https://www.shop.example"],
    "BOT_HTTP_TOKEN": "t" * 24,
}


def secret(length: int) -> str:
    return "whsec_" + base64.b64encode(b"x" * length).decode()


def test_a_sound_installation_has_no_fault():
    assert secret_keeping.faults(SOUND) == []


@pytest.mark.parametrize("name", secret_keeping.NEEDED)
def test_each_thing_that_is_needed_is_missed(name):
    assert f"{name} is not set" in secret_keeping.faults({**SOUND, name: ""})


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SECRET_KEY", "short", "SECRET_KEY is weak"),
        ("SECRET_KEY", "a" * 60, "SECRET_KEY is weak"),
        ("SECRET_KEY", "django-insecure-" + "abcdefghij" * 6, "SECRET_KEY is weak"),
        ("ALLOWED_HOSTS", ["*"], "ALLOWED_HOSTS must name the hosts"),
        ("BASE_URL", "http://help.shop.example", "BASE_URL must begin with https://"),
        ("WIDGET_ORIGINS", ["http://www.shop.example"], "WIDGET_ORIGINS must be whole origins"),
        ("WIDGET_ORIGINS", ["https://www.shop.example/"], "WIDGET_ORIGINS must be whole origins"),
        ("WIDGET_ORIGINS", ["*"], "WIDGET_ORIGINS must be whole origins"),
        ("FEED_SECRET", "plain", "FEED_SECRET must be whsec_"),
        ("FEED_SECRET", secret(23), "FEED_SECRET must be whsec_"),
        ("FEED_SECRET", secret(65), "FEED_SECRET must be whsec_"),
        ("FEED_SECRET", f"{secret(32)} nonsense", "FEED_SECRET must be whsec_"),
        ("SHOP_SECRET", "whsec_???", "SHOP_SECRET must be whsec_"),
        ("SHOP_SECRET", "", "SHOP_SECRET is not set, but SHOP_URL is"),
        ("BOT_HTTP_TOKEN", "short", "BOT_HTTP_TOKEN is weak"),
    ],
)
def test_each_weakness_is_found(name, value, words):
    found = secret_keeping.faults({**SOUND, name: value})
    assert len(found) == 1
    assert words in found[0]


@pytest.mark.parametrize("value", [secret(24), secret(64), f"{secret(24)} {secret(32)}"])
def test_secrets_of_the_right_size_and_several_for_rotation_are_taken(value):
    assert secret_keeping.is_webhook_secret(value)


def test_one_start_tells_every_fault():
    with pytest.raises(ImproperlyConfigured) as caught:
        secret_keeping.refuse_unless_sound({})
    for name in secret_keeping.NEEDED:
        assert name in str(caught.value)


def test_a_fault_never_quotes_the_secret():
    found = secret_keeping.faults({**SOUND, "SECRET_KEY": "hunter2", "FEED_SECRET": "hunter3"})
    assert "hunter" not in " ".join(found)


def test_secrets_are_made_once_and_for_the_owner_only(tmp_path):
    path = tmp_path / "secrets.json"
    first = secret_keeping.kept(path)
    assert secret_keeping.kept(path) == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert secret_keeping.faults({**SOUND, **first}) == []


def _check(**environment: str) -> subprocess.CompletedProcess[str]:
    clean = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=settings.BASE_DIR,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_without_settings_does_not_start_and_says_why():
    answer = _check()
    assert answer.returncode != 0
    assert "Madoguchi does not start" in answer.stderr
    assert "SECRET_KEY is not set" in answer.stderr


def test_production_with_sound_settings_starts(tmp_path):
    environment = {
        name: ",".join(value) if isinstance(value, list) else value for name, value in SOUND.items()
    }
    answer = _check(**environment, DATABASE_URL=f"sqlite:///{tmp_path}/x.sqlite3")
    assert answer.returncode == 0, answer.stderr
