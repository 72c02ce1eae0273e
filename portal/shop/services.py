"""Reading the shop: one row, asked for on nearly every page."""

from django.core.cache import cache

from portal.shop.models import Shop

_KEY = "shop.current"
_SECONDS = 60


def current() -> Shop:
    """Return the shop; its defaults, unsaved, where its row is missing.

    Kept in the cache for a minute; `change` drops it at once.
    """
    shop: Shop | None = cache.get(_KEY)
    if shop is None:
        shop = Shop.objects.filter(pk=1).first() or Shop(pk=1)
        cache.set(_KEY, shop, _SECONDS)
    return shop


def change(**values: object) -> Shop:
    """Set fields of the shop and return it."""
    shop, _ = Shop.objects.update_or_create(pk=1, defaults=values)
    cache.delete(_KEY)
    return shop
