"""What every page's frame needs: the shop, and this page in the other language."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from portal.shop import services


def portal(request: HttpRequest) -> dict[str, Any]:
    """Return the shop and the flags every template may use; sets no cookie."""
    return {"shop": services.current(), "demo": settings.DEMO}
