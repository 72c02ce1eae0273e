"""Fixtures for tests that need the portal served for real, a worker, or a browser."""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core import mail
from django.db import connections

from tests.harness import services

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# A phone in Japanese and a desk in English: what each story is told in.
SCREENS = {
    "ja-390": {"locale": "ja-JP", "viewport": {"width": 390, "height": 844}},
    "en-1280": {"locale": "en-GB", "viewport": {"width": 1280, "height": 800}},
}


def pytest_configure(config: pytest.Config) -> None:
    """Name the markers."""
    config.addinivalue_line("markers", "browser: clicks in a real Chromium")
    config.addinivalue_line("markers", "everywhere: a browser test also run on PostgreSQL")
    config.addinivalue_line("markers", "postgres: means something only on PostgreSQL")
    config.addinivalue_line("markers", "redis: means something only with Redis")
    config.addinivalue_line("markers", "long: takes more than 10 s; run by `make faults` only")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put browsers last; skip with its reason what this machine cannot run, in CI nothing."""
    # Playwright keeps a loop running in this thread from its first test on, which no async test
    # bears: the browser's turn comes last.
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    no_browser = services.chromium() is None and not os.environ.get("CI")
    on_postgres = "postgresql" in settings.DATABASES["default"]["ENGINE"]
    for item in items:
        if item.get_closest_marker("browser") and no_browser:
            item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))
        if item.get_closest_marker("postgres") and not on_postgres:
            item.add_marker(pytest.mark.skip(reason="runs in the PostgreSQL pass"))
        if item.get_closest_marker("redis") and not settings.REDIS_URL:
            item.add_marker(pytest.mark.skip(reason="runs in the pass with Redis"))
        if item.get_closest_marker("long") and not os.environ.get("FAULTS"):
            item.add_marker(pytest.mark.skip(reason="long: runs in `make faults`"))


@dataclass
class Portal:
    """The portal as served for one test."""

    port: int
    stop: Callable[[], None]

    @property
    def url(self) -> str:
        """Where it is served."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def socket(self) -> str:
        """Where its sockets are."""
        return f"ws://127.0.0.1:{self.port}"


@pytest.fixture
def clean_site(transactional_db: None) -> None:
    """The first pages and groups, which emptying the tables between tests took away."""
    from cms import setup
    from portal.customers import groups

    groups.lay_out()
    setup.lay_out()


@pytest.fixture
def live_portal(clean_site: None, settings: Any) -> Iterator[Portal]:
    """Serve pages and sockets with uvicorn on a free port of this process."""
    from portal.management import serving

    port = services.free_port()
    settings.BASE_URL = f"http://127.0.0.1:{port}"
    settings.CHAT_ORIGINS = [settings.BASE_URL]
    settings.CSRF_TRUSTED_ORIGINS = [settings.BASE_URL]
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    settings.CONTENT_SECURITY_POLICY = {
        "DIRECTIVES": {**policy, "connect-src": ["'self'", f"ws://127.0.0.1:{port}"]}
    }
    server = serving.server(host="127.0.0.1", port=port)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert services.wait_for_port(port)
    point_site_at(port)

    def stop() -> None:
        server.should_exit = True
        thread.join(15)

    yield Portal(port, stop)
    stop()
    connections.close_all()


def point_site_at(port: int) -> None:
    """Let Wagtail's site answer at the port of this test."""
    from wagtail.models import Site

    Site.objects.update(hostname="127.0.0.1", port=port)
    Site.clear_site_root_paths_cache()


@pytest.fixture
def worker() -> Iterator[None]:
    """Run a real Celery worker in a thread for one test; later ones must not find it at work."""
    from portal.management import serving

    with serving.Worker(with_beat=False):
        yield


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One Chromium for the session."""
    from playwright.sync_api import sync_playwright

    # Playwright keeps a loop running in this thread; the tests' own queries are meant to block.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=services.chromium(), args=CHROMIUM_FLAGS
        )
        yield browser
        browser.close()


@dataclass
class Person:
    """Somebody at a browser: opens pages of the portal under test."""

    page: Any
    portal: Portal
    language: str
    faults: list[str]

    def open(self, path: str) -> Any:
        """Open a path of the portal, below the language if it begins without a slash."""
        prefix = "" if path.startswith("/") else f"/{self.language}/"
        return self.page.goto(f"{self.portal.url}{prefix}{path}")

    @property
    def path(self) -> str:
        """The path of the open page."""
        return urlsplit(self.page.url).path


@pytest.fixture
def people(chromium: Any, live_portal: Portal) -> Iterator[Callable[..., Person]]:
    """Give a person a browser of their own: `people("ja-390")`; script faults fail the test."""
    faults: list[str] = []
    with contextlib.ExitStack() as stack:

        def person(screen: str = "en-1280", **options: Any) -> Person:
            context = chromium.new_context(**{**SCREENS[screen], **options})
            stack.callback(context.close)
            context.set_default_timeout(10_000)
            page = context.new_page()
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on(
                "console",
                lambda entry: (
                    faults.append(entry.text)
                    if entry.type == "error" and "Content Security Policy" in entry.text
                    else None
                ),
            )
            return Person(page, live_portal, screen[:2], faults)

        yield person
    assert not faults


@pytest.fixture
def mailbox() -> Callable[[str], list[Any]]:
    """Return the mails sent to an address so far, newest last."""
    return lambda address: [m for m in mail.outbox if address in m.to]
