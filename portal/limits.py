"""How often something may be done: every rate limit of the portal, in one table.

Counted in Redis where there is one, else in this process, which then is the only one (DESIGN §8).
"""

from functools import cache

from django.conf import settings
from django.http import HttpRequest
from limits import RateLimitItem, parse
from limits.storage import storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

LIMITS = {
    "code.address": "5/hour",
    "code.network": "30/hour",
    "code.visitor": "8/hour",
    "code.confirm": "20/hour",
    "order.find.number": "10/hour",
    "order.find.network": "30/hour",
    "order.act": "20/hour",
    # The socket's bucket of 10, refilled with 5 a second (DESIGN §8), as near as a window comes.
    "chat.frames": "10/2 second",
    "chat.frames.network": "1200/minute",
    "chat.polls": "1200/minute",
    "case.new": "10/hour",
    "privacy.download": "5/hour",
    "search": "120/minute",
    "vote": "30/hour",
    "feed.refused": "60/minute",
    "bot.http": "600/minute",
}


class TooMany(Exception):
    """A limit is used up; ``retry_after`` is in whole seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"retry after {retry_after} s")
        self.retry_after = retry_after


@cache
def _limiter() -> SlidingWindowCounterRateLimiter:
    storage = storage_from_string(
        settings.REDIS_URL or "memory://", **({"socket_timeout": 1} if settings.REDIS_URL else {})
    )
    return SlidingWindowCounterRateLimiter(storage)


@cache
def _item(name: str) -> RateLimitItem:
    return parse(LIMITS[name])


def hit(name: str, *keys: object) -> bool:
    """Count one use of limit ``name`` for ``keys``; False when it was one too many.

    With the counter's store out of reach it answers True: a limit must not be what stops the shop.
    """
    try:
        return _limiter().hit(_item(name), *map(str, (name, *keys)))
    except Exception as error:  # the store's own exceptions differ by back end
        if settings.REDIS_URL and "redis" in type(error).__module__:
            return True
        raise


def demand(name: str, *keys: object) -> None:
    """Count one use of limit ``name`` for ``keys``; raises TooMany when it was one too many."""
    if not hit(name, *keys):
        raise TooMany(_item(name).get_expiry())


def reset() -> None:
    """Forget all counts (tests start from nothing)."""
    _limiter().storage.reset()


def network(request: HttpRequest) -> str:
    """Return the address a request came from, as the proxy in front vouches for it.

    Only the last entry of X-Forwarded-For was written by our own proxy; it is read only where
    a proxy is declared by an https BASE_URL.
    """
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if settings.SECURE_PROXY_SSL_HEADER and forwarded:
        return str(forwarded.rsplit(",", 1)[-1].strip())
    return str(request.META.get("REMOTE_ADDR", ""))
