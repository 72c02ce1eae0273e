"""What every page's frame shows: the shop, the languages, the main navigation."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, gettext

from portal.shop import services as shop


def portal(request: HttpRequest) -> dict[str, Any]:
    """Offer `shop`, `languages` and `main_nav` to every template; sets no cookie.

    The shop is looked up only by a page that shows it, and once.
    """
    prefix = _language_prefix()
    return {
        "shop": SimpleLazyObject(shop.current),
        "languages": settings.LANGUAGES,
        "home_url": prefix,
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


def _language_prefix() -> str:
    return f"/{get_language() or settings.LANGUAGE_CODE}/"
