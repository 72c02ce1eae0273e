"""What every page's frame shows: the shop, the languages, the main navigation."""

from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, gettext

from portal.customers import doors
from portal.shop import hours
from portal.shop import services as shop

_HOURS_SECONDS = 60


def portal(request: HttpRequest) -> dict[str, Any]:
    """Offer `shop`, `shop_hours`, `languages`, `main_nav` and `work` to every template.

    It sets no cookie. Shop and hours are looked up only by a page that shows them, and kept for a
    minute.
    """
    prefix = _language_prefix()
    return {
        "shop": SimpleLazyObject(shop.current),
        "shop_hours": SimpleLazyObject(_hours),
        "languages": settings.LANGUAGES,
        "home_url": prefix,
        "work": SimpleLazyObject(lambda: _work(request)),
        "main_nav": [
            {"title": title, "url": url, "current": request.path.startswith(url)}
            for title, url in (
                (gettext("Help"), f"{prefix}help/"),
                (gettext("Products"), f"{prefix}products/"),
                (gettext("Orders"), f"{prefix}orders/"),
                (gettext("Inquiries"), f"{prefix}cases/"),
            )
        ],
    }


def _work(request: HttpRequest) -> list[dict[str, str]]:
    """Return the doors that open to who is signed in: none for customers."""
    offered = (
        (gettext("Desk"), "/desk/", "agent", doors.is_agent),
        (gettext("Pages and answers"), "/cms/", "note", doors.is_editor),
        (gettext("Administration"), "/admin/", "lock", doors.may_administer),
    )
    return [
        {"title": title, "url": url, "icon": icon}
        for title, url, icon, opens in offered
        if opens(request.user)
    ]


def _language_prefix() -> str:
    return f"/{get_language() or settings.LANGUAGE_CODE}/"


def _hours() -> str:
    language = get_language() or settings.LANGUAGE_CODE
    return cache.get_or_set(f"shop.hours.{language}", hours.sentence, _HOURS_SECONDS) or ""
