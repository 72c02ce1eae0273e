"""axe-core finds nothing on any page: both languages, both widths, both colour schemes.

Against the demo world, so that the pages are full. WCAG 2.2 AA and axe's own best practice; and no
page scrolls sideways, on the smallest phone or on a usual one at 200 % (WCAG 1.4.10).
"""

from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from notifications import links as telling
from notifications.models import Notification, Topic
from orders import links
from orders.models import Order
from portal.cases import services as cases
from portal.customers.models import Customer
from portal.management.demo import world
from tests.browser.cast import sign_in
from tests.harness.plugin import SCREENS

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (1280, 390)
# What a scheme may change: its colours.
SCHEMES = {"light": RULES, "dark": ["color-contrast"]}
NARROW = (320, 195)
HEIGHT = 844
# Colours fade when the scheme changes; what is half faded is nobody's contrast.
SETTLED = """async () => {
    const frame = () => new Promise(requestAnimationFrame);
    await frame();
    await Promise.allSettled(document.getAnimations().map((each) => each.finished));
    await frame();
}"""
RUN = """async (rules) => {
    const results = await axe.run({ runOnly: rules, resultTypes: ["violations"] });
    return results.violations.map((each) => `${each.id} ${each.nodes[0].target}`);
}"""
ANYBODYS = [
    "",
    "help/",
    "help/?q=tea",
    "help/?q=zzzqqq",
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
    "settings/security/app/",
    "settings/security/keys/",
    "settings/notifications/",
    "inbox/",
    "settings/privacy/",
    "settings/privacy/erase/",
    "cases/",
    "cases/new/",
]
DESK = ["/desk/", "/desk/cases/", "/desk/customers/?q=hanako", "/desk/undelivered/"]


@pytest.fixture
def demo_world(live_portal, settings, tmp_path):
    """Hinata Tea with a case on both sides, its pictures in a folder of the test's own."""
    settings.MEDIA_ROOT = tmp_path
    world.set_up()
    hanako, mana = cast()
    case = cases.open_case(
        hanako, subject="Chipped lid", body="It came like this.", topic="return", channel="web"
    )
    cases.note(case, by=mana, body="One left in stock.")
    cases.answer(case, by=mana, body="We are sorry. A new one is on its way.")
    return case


def cast() -> tuple[Customer, Customer]:
    """Return a customer of the demo world and its manager, who may do what agents may and more."""
    return (
        Customer.objects.get(email="hanako@example.com"),
        Customer.objects.get(email="mana@hinata.example"),
    )


def faults(person, path: str) -> list[str]:
    """Open a page once and name what is wrong with it, at every width and in both schemes."""
    answer = person.open(path)
    assert answer.status in (200, 404), f"{path}: {answer.status}"
    person.page.evaluate(Axe().axe_script)
    found = []
    for width in WIDTHS:
        person.page.set_viewport_size({"width": width, "height": HEIGHT})
        for scheme, rules in SCHEMES.items():
            person.page.emulate_media(color_scheme=scheme)
            person.page.evaluate(SETTLED)
            violations = person.page.evaluate(RUN, rules)
            found += [f"{person.language} {width} {scheme} {path}: {each}" for each in violations]
    return found + [f"{person.language} {path}: {width} px scroll" for width in sideways(person)]


def sideways(person) -> list[int]:
    """Return the widths at which the open page is wider than its screen; agents sit at a desk."""
    wide = []
    for width in () if "/desk/" in person.page.url else NARROW:
        person.page.set_viewport_size({"width": width, "height": HEIGHT})
        if person.page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(width)
    return wide


def test_axe_finds_nothing_on_any_page(people, demo_world):
    customer, manager = cast()
    order = Order.objects.get(number="H-10229")
    linked = [*ANYBODYS, f"orders/link/{links.token(order)}/", "orders/link/gone/"]
    told = Notification.objects.filter(customer=customer, topic=Topic.ORDERS).first()
    linked.append(urlsplit(telling.stop(told)).path)
    hers = [*HANAKOS, f"cases/{demo_world.number}/"]
    beside = f"/desk/customer/{customer.pk}/"
    ours = [*DESK, f"/desk/cases/{demo_world.number}/", beside]
    ours += [beside + more for more in ("case/", "merge/", f"orders/{order.number}/cancel/")]
    found = []
    for screen in SCREENS:
        visitor, hanako, mana = (people(screen, reduced_motion="reduce") for _ in range(3))
        sign_in(hanako, customer)
        sign_in(mana, manager)
        for person, paths in ((visitor, linked), (hanako, hers), (mana, ours)):
            for path in paths:
                found += faults(person, path)
    assert not found, "\n".join(found)
