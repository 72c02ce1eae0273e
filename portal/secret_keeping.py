"""Secrets of an installation: made once for demo and development, demanded in production."""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

NEEDED = (
    "SECRET_KEY",
    "BASE_URL",
    "ALLOWED_HOSTS",
    "DEFAULT_FROM_EMAIL",
    "EMAIL_URL",
    "FEED_SECRET",
)


def webhook_secret() -> str:
    """Return a new Standard Webhooks secret: ``whsec_`` and base64 of 32 random bytes."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def kept(path: Path) -> dict[str, str]:
    """Return the secrets kept in ``path``, making the file (mode 600) when it is not there."""
    if not path.exists():
        made = {
            "SECRET_KEY": secrets.token_urlsafe(50),
            "FEED_SECRET": webhook_secret(),
            "SHOP_SECRET": webhook_secret(),
        }
        # Written aside and renamed: two processes starting together never read half a file.
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(made))
        if path.exists():
            draft.unlink()
        else:
            draft.replace(path)
    loaded: dict[str, str] = json.loads(path.read_text())
    return loaded


def is_webhook_secret(value: str) -> bool:
    """Tell whether each secret in ``value`` is ``whsec_`` and base64 of 24 to 64 bytes.

    Source: Standard Webhooks 1.0, "Signature scheme"; several stand separated by spaces.
    """
    for secret in value.split():
        try:
            raw = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except ValueError:
            return False
        if not secret.startswith("whsec_") or not 24 <= len(raw) <= 64:
            return False
    return bool(value.strip())


def faults(settings: Mapping[str, Any]) -> list[str]:
    """List in plain words what is missing or too weak for production in ``settings``."""
    found = [f"{name} is not set" for name in NEEDED if not settings.get(name)]
    key = settings.get("SECRET_KEY", "")
    if key and (len(key) < 50 or len(set(key)) < 5 or key.startswith("django-insecure-")):
        found.append("SECRET_KEY is weak: use 50 or more random characters")
    if "*" in settings.get("ALLOWED_HOSTS", []):
        found.append("ALLOWED_HOSTS must name the hosts, not *")
    base = settings.get("BASE_URL", "")
    if base and not base.startswith("https://"):
        found.append("BASE_URL must begin with https://")
    for origin in settings.get("WIDGET_ORIGINS", []):
        if not origin.startswith("https://") or origin.count("/") != 2:
            found.append("WIDGET_ORIGINS must be whole origins, https://host[:port]")
    for name in ("FEED_SECRET", "SHOP_SECRET"):
        if settings.get(name) and not is_webhook_secret(settings[name]):
            found.append(f"{name} must be whsec_ and base64 of 24 to 64 bytes")
    if settings.get("SHOP_URL") and not settings.get("SHOP_SECRET"):
        found.append("SHOP_SECRET is not set, but SHOP_URL is")
    token = settings.get("BOT_HTTP_TOKEN", "")
    if token and len(token) < 24:
        found.append("BOT_HTTP_TOKEN is weak: use 24 or more random characters")
    return found


def refuse_unless_sound(settings: Mapping[str, Any]) -> None:
    """Raise ImproperlyConfigured naming every fault, so that one start tells them all."""
    found = faults(settings)
    if found:
        raise ImproperlyConfigured("Madoguchi does not start: " + "; ".join(found) + ".")
