"""Setting up the demo world, Hinata Tea: the shop, its staff, its pages and its orders.

Everything goes through the doors a real shop would use: published pages, UCP order snapshots.
"""

from datetime import date, datetime, time
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone
from wagtail.models import Locale

from cms import services as pages
from cms.models import HomePage, ProductPage, Synonym
from orders import services as orders
from orders.feed import ucp
from portal.customers import services as customers
from portal.customers.models import Customer
from portal.management.demo import files, past, snapshots, told
from portal.shop import services as shop
from portal.shop.models import Closure, OpeningHours

LANGUAGES = ("ja", "en")
_SHOWN = 4
# Orders the simulated shop moves along while the demo runs; the stories' own stay as they are.
MOVING = ("received", "preparing", "shipped")
NOT_MOVED = ("hanako@example.com", "emma@example.com")


def is_set_up() -> bool:
    """Tell whether the demo world is there already."""
    return shop.current().email == files.load("shop.yml")["email"]


def set_up() -> list[dict[str, Any]]:
    """Make the whole world in one transaction; return the orders as the shop's system has them."""
    with transaction.atomic():
        rows = files.load("orders.yml")
        facts = files.load("shop.yml")
        hours(facts["hours"])
        staff(facts["staff"])
        for language in LANGUAGES:
            faqs(language)
            products(language)
        synonyms()
        home()
        made = order_snapshots(rows)
        past.set_up()
        told.set_up()
        the_shop(facts)
    return made


def the_shop(facts: dict[str, Any]) -> None:
    """Set the shop's name and terms."""
    values = {
        f"{field}_{language}": facts[field][language]
        for field in ("name", "company", "address")
        for language in LANGUAGES
    }
    shop.change(
        **values,
        email=facts["email"],
        phone=facts["phone"],
        invoice_number=facts["invoice_number"],
        country=facts["country"],
        currency=facts["currency"],
        shipping_fee=facts["fees"]["shipping"],
        free_shipping_from=facts["fees"]["free_shipping_from"],
        return_days=facts["terms"]["return_days"],
        reply_hours=facts["terms"]["reply_business_hours"],
    )


def hours(facts: dict[str, Any]) -> None:
    """Set the opening hours, and this and next year's closures."""
    opens, closes = (time.fromisoformat(facts[name]) for name in ("opens", "closes"))
    for weekday in facts["weekdays"]:
        OpeningHours.objects.get_or_create(
            weekday=weekday, opens=opens, defaults={"closes": closes}
        )
    year = timezone.localdate().year
    for closure in facts["closures"]:
        for start in (year - 1, year):
            _close(closure, start)


def _close(closure: dict[str, Any], year: int) -> None:
    first = date.fromisoformat(f"{year}-{closure['from']}")
    last = date.fromisoformat(f"{year}-{closure['to']}")
    if last < first:
        last = last.replace(year=year + 1)
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        notes = {f"note_{code}": closure["reason"][code] for code in LANGUAGES}
        Closure.objects.get_or_create(day=date.fromordinal(ordinal), defaults=notes)


def staff(people: dict[str, Any]) -> None:
    """Make the shop's people, each in a group."""
    for person in people.values():
        row = customers.known(person["email"], name=person["name"]["ja"])
        Customer.objects.filter(pk=row.pk).update(is_staff=True)
        row.groups.add(Group.objects.get(name=person["group"]))


def faqs(language: str) -> None:
    """Publish the questions of a language and what each relates to."""
    rows = files.faqs(language)
    popular = files.load("home.yml")[language]["home"]["popular"]
    for row in rows:
        pages.publish_faq(
            language=language,
            slug=row["slug"],
            topic=row["topic"],
            question=row["question"],
            short_answer=row["answer"],
            body=row["body"],
            alternates=_parts(row["alternates"]),
            actions=_parts(row["actions"]),
            featured=row["slug"] in popular,
        )
    pages.relate_faqs(language, {row["slug"]: _parts(row["related"]) for row in rows})


def _parts(text: str) -> list[str]:
    return [part for part in text.split("|") if part]


def products(language: str) -> None:
    """Publish the products of a language."""
    for row in files.load("products.yml"):
        text = row[language]
        pages.publish_product(
            language=language,
            slug=row["slug"],
            sku=row["sku"],
            title=text["title"],
            summary=text["summary"],
            body=text["body"],
            care=text["care"],
            warranty=text["warranty"],
            price=row["price"],
            facts=[(str(name), str(value)) for name, value in text["spec"]],
            images=[(files.FOLDER / "illustrations" / row["image"], text["alt"])],
            faqs=row["faqs"],
        )


def synonyms() -> None:
    """Fill the editors' table of words that mean the same."""
    for language, groups in files.load("synonyms.yml").items():
        locale = Locale.objects.get(language_code=language)
        Synonym.objects.bulk_create(
            Synonym(locale=locale, words="\n".join(words)) for words in groups
        )


def home() -> None:
    """Put the shop's words on the home page of each language."""
    for language, texts in files.load("home.yml").items():
        page = HomePage.objects.get(locale__language_code=language)
        said = texts["home"]
        page.title = page.draft_title = said["title"]
        page.search_description = said["seo_description"]
        page.welcome = said["heading"]
        page.introduction = said["lead"]
        shown = ProductPage.objects.filter(locale__language_code=language)[:_SHOWN]
        page.sections = [
            (
                "products",
                {"heading": said["sections"][-1]["heading"], "products": list(shown)},
            )
        ]
        page.save_revision().publish()


def order_snapshots(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Bring the orders in as a shop's system would, without telling anybody."""
    catalogue, now = snapshots.Catalogue(), timezone.now()
    made = [snapshots.snapshot(row, catalogue, now=now) for row in rows]
    outcomes = orders.take_snapshots([_read(one, now) for one in made], tell=False)
    refused = [str(outcome) for outcome in outcomes if not isinstance(outcome, str)]
    if refused:
        raise ValueError(f"the demo's own orders were refused: {refused}")
    for row in catalogue.people.values():
        Customer.objects.filter(email=row["email"]).update(
            name=row["name"], kana=row["kana"], language=row["language"]
        )
    return made


def _read(one: dict[str, Any], now: datetime) -> Any:
    return ucp.read(one, received_at=now, dated=True)


def moving() -> list[str]:
    """Return the ids of a few orders that the simulated shop may move along."""
    rows = [
        row
        for row in files.load("orders.yml")
        if row["state"] in MOVING and row["customer"] not in NOT_MOVED
    ]
    return [snapshots.order_id(row) for row in rows[:5]]
