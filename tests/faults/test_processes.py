"""All processes of the Procfile together, in production, as one flow goes through them."""

import contextlib
import itertools
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_string, policy
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.utils import timezone
from websockets.exceptions import ConnectionClosed

from orders.models import Order
from portal.management import serving
from tests.faults import processes
from tests.faults.processes import Browser, Processes, hear, hello, say
from tests.faults.test_broker import database_url, wait_until
from tests.harness import services
from tests.orders.conftest import body, event


@pytest.fixture
def known(tmp_path: Path, clean_site: None) -> Iterator[dict[str, str]]:
    """The environment of production: the test database, and a Redis of its own."""
    if not shutil.which("redis-server"):
        pytest.skip("no redis-server on this machine")
    with services.redis() as broker:
        assert broker
        yield processes.environment(tmp_path, database=database_url(), broker=broker)


@pytest.fixture
def running(known: dict[str, str], tmp_path: Path) -> Iterator[Processes]:
    """All processes, up and ready."""
    call_command("train_bot", verbosity=0)
    collected = processes.python(known, "manage.py", "collectstatic", "--noinput")
    assert collected.returncode == 0, collected.stderr
    all_of_them = Processes(known, tmp_path / "log")
    try:
        for name in ("PAGES_PORT", "SOCKETS_A_PORT", "SOCKETS_B_PORT"):
            assert services.wait_for_port(int(known[name]), seconds=processes.PATIENCE)
        yield all_of_them
    finally:
        all_of_them.end()
        connections.close_all()


@pytest.fixture
def mails(tmp_path: Path) -> Callable[[str], list[Any]]:
    """Read the mails that have gone out so far with a word in their subject."""

    def read(word: str) -> list[Any]:
        texts = [file.read_text() for file in (tmp_path / "mails").glob("*.log")]
        parts = [part.lstrip() for text in texts for part in text.split("\n" + "-" * 79 + "\n")]
        found = [message_from_string(part, policy=policy.default) for part in parts if part]
        return [mail for mail in found if word in str(mail["Subject"])]

    return read


def sign_in(browser: Browser, mails: Callable[[str], list[Any]]) -> None:
    """Sign alice in with the code that is mailed to her."""
    assert browser.fill_in("/ja/sign-in/", "email", "alice@example.com")[0] == 302
    assert wait_until(lambda: bool(mails("確認コード")))
    code = re.search(r"\d{6}", mails("確認コード")[-1]["Subject"])
    assert code
    assert browser.fill_in("/ja/sign-in/code/", "code", code[0])[0] == 302
    assert browser.headers["Location"] == "/ja/"


def shipped() -> dict[str, Any]:
    """The order, now on its way."""
    on_its_way = event("shipped", timezone.now() - timedelta(seconds=1))
    return body(fulfillment={"expectations": [], "events": [on_its_way]})


@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_a_flow_goes_through_all_processes(alice, known, running, mails, tmp_path):
    browser = Browser(known)
    assert browser.ask("/readyz") == (200, '{"database": true, "broker": true, "bot": true}')
    assert browser.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert browser.send("/api/v1/orders/feed", body()) == 202
    sign_in(browser, mails)
    assert set(browser.cookies) == {"csrftoken", "sessionid"}
    assert all("Secure" in cookie and "HttpOnly" in cookie for cookie in browser.set_cookies)
    assert "煎茶" in browser.ask("/ja/orders/H-1/")[1]
    with contextlib.ExitStack() as stack:

        def socket(which: str, path: str) -> Any:
            return stack.enter_context(browser.socket(which, path))

        # What the feed brings to the pages' process arrives at both sockets' processes.
        live = [socket("SOCKETS_A_PORT", "/ws/live/"), socket("SOCKETS_B_PORT", "/ws/live/")]
        one, other = socket("SOCKETS_A_PORT", "/ws/chat/"), socket("SOCKETS_B_PORT", "/ws/chat/")
        welcome = hello(one)
        assert browser.send("/api/v1/orders/feed", shipped()) == 202
        assert ["order.H-1" in hear(each, "changed")["what"] for each in live] == [True, True]
        # The worker mails it.
        assert wait_until(lambda: bool(mails("発送")))
        # A conversation is one, whichever process its members came to.
        first = say(one, "こんにちは")
        assert hear(one, "message", author="customer")["id"] == first
        hear(one, "message", author="bot")
        place = {"conversation": welcome["conversation"], "visitor": welcome["visitor"]}
        assert first in [each["id"] for each in hello(other, **place)["messages"]]
        second = say(other, "ありがとう")
        assert hear(one, "message", author="customer")["id"] == second
        answer = hear(other, "message", author="bot")
        assert hear(one, "message", author="bot")["seq"] == answer["seq"]
        # One process goes; its members are told to come again, and the other serves on.
        running.end("sockets_a")
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                one.recv(processes.PATIENCE)
        assert closed.value.rcvd and closed.value.rcvd.code == 1012
        third = say(other, "返品したい")
        assert hear(other, "message", author="customer")["id"] == third
    assert set(running.end().values()) <= {0, -15}
    log = (tmp_path / "log").read_text()
    assert "Traceback" not in log
    assert not [word for word in ("alice", "有栖", "返品したい", "203.0.113.7") if word in log]
    assert Order.objects.get().status == "shipped"


def test_sockets_have_the_limits_of_a_single_process():
    alone = serving.server(host="127.0.0.1", port=1).config
    for name in ("sockets_a", "sockets_b"):
        command = processes.procfile()[name].split()
        given = dict(itertools.pairwise(command))
        assert given["--ws"] == alone.ws
        assert int(given["--ws-max-size"]) == alone.ws_max_size
        assert given["--ws-per-message-deflate"] == "false"
        assert int(given["--timeout-graceful-shutdown"]) == alone.timeout_graceful_shutdown
        assert {"--no-access-log", "--no-server-header"} <= set(command)


def test_the_sample_nginx_file_knows_the_ports_of_the_procfile():
    sample = (settings.BASE_DIR / "deploy" / "nginx.conf").read_text()
    ports = re.findall(r"_PORT:-(\d+)", (settings.BASE_DIR / "Procfile").read_text())
    assert len(ports) == 3
    assert re.findall(r"server 127\.0\.0\.1:(\d+);", sample) == ports


def test_pages_apart_from_their_worker_need_redis(tmp_path):
    alone = processes.environment(tmp_path, database=f"sqlite:///{tmp_path}/db", broker="")
    answer = processes.python(alone, "-c", "import portal.wsgi")
    assert answer.returncode != 0
    assert "Madoguchi does not start: under WSGI, REDIS_URL is needed." in answer.stderr
