"""Half-open lines: nothing comes through any more, and neither side is told."""

import threading
import time

import pytest
from playwright.sync_api import expect
from websockets.sync.client import connect

from bot.consumers import ChatConsumer
from bot.models import ChatMessage
from tests.browser.cast import wait_until
from tests.browser.test_widget import texts, write
from tests.faults import proxy
from tests.faults.processes import hear, hello, say
from tests.harness.plugin import SCREENS


@pytest.fixture
def frozen(live_portal, settings):
    """A proxy in front of the portal, whose pages may come from there."""
    with proxy.before(live_portal.port) as line:
        settings.CHAT_ORIGINS = [*settings.CHAT_ORIGINS, f"http://127.0.0.1:{line.port}"]
        yield line


@pytest.fixture
def page(frozen, chromium):
    """The chat as a page, through the proxy, with the script's clock in the test's hands."""
    context = chromium.new_context(**SCREENS["ja-390"])
    context.set_default_timeout(20_000)
    tab = context.new_page()
    tab.clock.install()
    tab.goto(f"http://127.0.0.1:{frozen.port}/ja/chat/")
    expect(tab.locator(".bubble.bot")).to_have_count(1)
    yield tab
    context.close()


@pytest.mark.browser
def test_what_is_written_into_a_frozen_line_arrives_over_a_new_one(page, frozen):
    frozen.freeze()
    write(page, "ありがとう")
    expect(page.locator(".bubble.sending")).to_have_count(1)
    # 8 s without an echo, then the first pause of half a second at most.
    page.clock.run_for(9_000)
    expect(page.locator(".bubble.bot")).to_have_count(2, timeout=20_000)
    assert texts(page, "customer") == ["ありがとう"]
    assert ChatMessage.objects.filter(author="customer").count() == 1


@pytest.mark.browser
def test_who_only_listens_on_a_frozen_line_gets_what_was_said_meanwhile(page, frozen, live_portal):
    write(page, "ありがとう")
    expect(page.locator(".bubble.bot")).to_have_count(2, timeout=20_000)
    kept = "JSON.parse(JSON.stringify({...localStorage}))"
    shared = page.evaluate(kept)
    frozen.freeze()
    place = {
        "conversation": shared["madoguchi.conversation"],
        "visitor": shared["madoguchi.visitor"],
    }
    with connect(f"{live_portal.socket}/ws/chat/", origin=live_portal.url) as other:
        hello(other, **place)
        say(other, "こんにちは")
        hear(other, "message", author="bot")
    assert page.locator(".bubble.bot").count() == 2
    page.clock.run_for(36_000)
    wait_until(page, lambda: page.locator(".bubble.bot").count() == 3 or page.clock.run_for(500))
    assert texts(page, "customer") == ["ありがとう", "こんにちは"]


@pytest.mark.long
def test_the_portal_lets_go_of_a_frozen_line(live_portal, frozen, monkeypatch, capsys):
    """uvicorn asks every 20 s and waits 20 s for the answer: 40 s at most."""
    gone, leave = threading.Event(), ChatConsumer.disconnect

    async def left(self, code):
        await leave(self, code)
        gone.set()

    monkeypatch.setattr(ChatConsumer, "disconnect", left)
    origin = f"http://127.0.0.1:{frozen.port}"
    with connect(f"ws://127.0.0.1:{frozen.port}/ws/chat/", origin=origin) as line:
        hello(line)
        frozen.freeze()
        since = time.monotonic()
        assert gone.wait(60)
        with capsys.disabled():
            print(f"\nlet go after {time.monotonic() - since:.0f} s")
