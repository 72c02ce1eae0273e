"""Rate limits: one table, and never what stops the shop."""

import pytest
from django.test import RequestFactory

from portal import limits


def test_a_limit_counts_to_its_number_and_no_further():
    assert [limits.hit("code.address", "a") for _ in range(6)] == [True] * 5 + [False]


def test_keys_are_counted_apart():
    for _ in range(5):
        limits.hit("code.address", "a")
    assert limits.hit("code.address", "b")
    assert limits.hit("code.visitor", "a")


def test_demanding_one_too_many_says_when_to_come_back():
    for _ in range(5):
        limits.demand("code.address", "a")
    with pytest.raises(limits.TooMany) as caught:
        limits.demand("code.address", "a")
    assert caught.value.retry_after == 3600


def test_a_limit_nobody_listed_is_a_mistake():
    with pytest.raises(KeyError):
        limits.hit("no.such", "a")


def test_every_limit_can_be_read():
    for name in limits.LIMITS:
        assert limits.hit(name, "someone")


def test_with_its_store_out_of_reach_a_limit_lets_pass(settings, monkeypatch):
    import redis

    class Gone:
        def hit(self, *_args):
            raise redis.ConnectionError("gone")

    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(limits, "_limiter", Gone)
    assert limits.hit("code.address", "a")


def test_the_network_is_the_peer_when_no_proxy_is_declared(settings):
    settings.SECURE_PROXY_SSL_HEADER = None
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR="1.1.1.1")
    assert limits.network(request) == "192.0.2.1"


def test_behind_our_proxy_it_is_what_the_proxy_wrote_last(settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    request = RequestFactory().get(
        "/", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="6.6.6.6, 198.51.100.7"
    )
    assert limits.network(request) == "198.51.100.7"
