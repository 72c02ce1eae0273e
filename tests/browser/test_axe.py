"""axe-core finds nothing on any page: both languages, both colour schemes, a phone and a desk.

Against the demo world, so that the pages are full. WCAG 2.2 AA and axe's own best practice.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe

from portal.customers.models import Customer
from portal.management.demo import world
from tests.browser.cast import sign_in
from tests.harness.plugin import SCREENS

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ANYBODYS = [
    "",
    "help/",
    "help/?q=tea",
    "help/cancel-order/",
    "products/",
    "products/sencha/",
    "orders/find/",
    "sign-in/",
    "chat/",
    "no-such-page/",
    "/dev/style/",
]
HANAKOS = [
    "",
    "orders/",
    "orders/H-10229/",
    "orders/H-10229/cancel/",
    "orders/H-10188/",
    "history/",
    "settings/",
    "settings/security/",
    "settings/notifications/",
    "inbox/",
    "cases/",
    "cases/new/",
]
AGENTS = ["/desk/", "/desk/cases/"]


@pytest.fixture
def demo_world(live_portal, settings, tmp_path):
    """Hinata Tea, with pictures in a folder of the test's own."""
    settings.MEDIA_ROOT = tmp_path
    world.set_up()


def faults(person, path: str) -> list[str]:
    """Open a page and name what axe finds; the dark scheme differs in its colours only."""
    answer = person.open(path)
    assert answer.status in (200, 404), f"{path}: {answer.status}"
    found = []
    for scheme, rules in (("light", RULES), ("dark", ["color-contrast"])):
        person.page.emulate_media(color_scheme=scheme)
        result = Axe().run(person.page, options={"runOnly": rules})
        found += [
            f"{person.language} {scheme} {path}: {fault['id']} {fault['nodes'][0]['target']}"
            for fault in result.response["violations"]
        ]
    return found


@pytest.mark.usefixtures("demo_world")
def test_axe_finds_nothing_on_any_page(people):
    found = []
    for screen in SCREENS:
        visitor, hanako, aki = (people(screen, reduced_motion="reduce") for _ in range(3))
        sign_in(hanako, Customer.objects.get(email="hanako@example.com"))
        sign_in(aki, Customer.objects.get(email="aki@hinata.example"))
        for person, paths in ((visitor, ANYBODYS), (hanako, HANAKOS), (aki, AGENTS)):
            for path in paths:
                found += faults(person, path)
    assert not found, "\n".join(found)
