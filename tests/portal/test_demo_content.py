"""The demo world's files: they parse, agree with each other, and tell one set of facts.

Files only, no database: a writer runs this while writing.
"""

import csv
import re
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

DEMO = Path(__file__).parents[2] / "portal" / "management" / "demo"
QUERIES = Path(__file__).parents[1] / "cms" / "data"
LANGUAGES = ("ja", "en")
SUMMER = datetime(2026, 7, 15)


@cache
def content(name: str) -> Any:
    return yaml.safe_load((DEMO / name).read_text(encoding="utf-8"))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def faqs(language: str) -> list[dict[str, str]]:
    return rows(DEMO / f"faqs.{language}.csv")


def slugs() -> set[str]:
    return {faq["slug"] for faq in faqs("ja")}


def moment(text: str, now: datetime) -> datetime:
    """The time that `text` means at `now`, as orders.yml's head describes it."""
    match = re.fullmatch(r"([+-]\d+)(?:h|d (\d\d):(\d\d))", text)
    assert match, text
    if text.endswith("h"):
        return now + timedelta(hours=int(match[1]))
    day = now + timedelta(days=int(match[1]))
    return day.replace(hour=int(match[2]), minute=int(match[3]))


def product_prices() -> dict[str, int]:
    return {product["sku"]: product["price"] for product in content("products.yml")}


# FAQs


def test_both_languages_have_the_same_forty_questions_in_the_same_order() -> None:
    ja, en = ([faq["slug"] for faq in faqs(language)] for language in LANGUAGES)
    assert ja == en
    assert len(ja) == len(set(ja)) == 40


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_columns_of_the_faq_import_come_first(language: str) -> None:
    header = (DEMO / f"faqs.{language}.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header.startswith("language,topic,question,answer,alternates,")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_faq_names_its_language_and_a_topic_of_the_shop(language: str) -> None:
    topics = {names[language] for names in content("shop.yml")["topics"].values()}
    assert {faq["topic"] for faq in faqs(language)} == topics
    assert {faq["language"] for faq in faqs(language)} == {language}


def test_a_question_has_the_same_topic_in_both_languages() -> None:
    topics = content("shop.yml")["topics"].values()
    pairs = {
        (faq["topic"], other["topic"]) for faq, other in zip(faqs("ja"), faqs("en"), strict=True)
    }
    assert pairs <= {(names["ja"], names["en"]) for names in topics}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_bots_answer_is_short_enough_to_scan(language: str) -> None:
    """Answer first, about 120 Japanese characters or 60 English words."""
    for faq in faqs(language):
        size = len(faq["answer"]) if language == "ja" else len(faq["answer"].split())
        assert 0 < size <= (120 if language == "ja" else 60), faq["slug"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_alternates_are_three_to_six_and_say_something_new(language: str) -> None:
    seen: set[str] = {faq["question"] for faq in faqs(language)}
    for faq in faqs(language):
        alternates = faq["alternates"].split("|")
        assert 3 <= len(alternates) <= 6, faq["slug"]
        for alternate in alternates:
            assert alternate.strip() == alternate != "", faq["slug"]
            assert alternate not in seen, alternate
            seen.add(alternate)


@pytest.mark.parametrize("language", LANGUAGES)
def test_related_questions_exist_and_are_others(language: str) -> None:
    for faq in faqs(language):
        related = set(filter(None, faq["related"].split("|")))
        assert related <= slugs() - {faq["slug"]}, faq["slug"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_an_faq_offers_to_do_is_what_pages_and_bot_can_do(language: str) -> None:
    offered = {action for faq in faqs(language) for action in faq["actions"].split("|")}
    assert offered == {"", "track_order", "cancel_order", "open_case", "talk_to_person"}
    assert all(faq["actions"].count("|") < 3 for faq in faqs(language))


def test_fees_in_the_answers_are_those_of_the_shop() -> None:
    fees = content("shop.yml")["fees"]
    for faq in (*faqs("ja"), *faqs("en")):
        if faq["slug"] == "shipping-fee":
            assert f"{fees['shipping']:,}" in faq["answer"]
            assert f"{fees['free_shipping_from']:,}" in faq["answer"]
        if faq["slug"] == "gift-wrapping":
            assert f"{fees['gift_wrapping']}" in faq["answer"]
        if faq["slug"] == "receipt":
            assert content("shop.yml")["invoice_number"] in faq["body"]


# The shop, its products and people


def test_products_are_complete_in_both_languages() -> None:
    products = content("products.yml")
    assert len(products) == len({product["sku"] for product in products}) == 8
    for product in products:
        assert product["image"] == f"{product['slug']}.svg"
        assert set(product["faqs"]) <= slugs(), product["sku"]
        for language in LANGUAGES:
            texts = product[language]
            keys = ("title", "summary", "body", "care", "warranty", "spec", "alt")
            assert all(texts[key] for key in keys), product["sku"]
            assert len(texts["summary"]) <= 200
            assert all(
                len(str(name)) <= 40 and len(str(value)) <= 120 for name, value in texts["spec"]
            )


def test_customers_can_be_nobody_real() -> None:
    customers = content("customers.yml")
    assert len(customers) == len({customer["email"] for customer in customers}) == 30
    for customer in customers:
        assert customer["email"].endswith(("@example.com", "@example.jp"))
        assert customer["language"] in LANGUAGES
        assert len(customer["address"]) == 5
        assert all(isinstance(part, str) for part in customer["address"]), customer["email"]


# Orders


def test_orders_point_to_known_people_products_and_carriers() -> None:
    emails = {customer["email"] for customer in content("customers.yml")}
    orders, carriers = content("orders.yml"), content("shop.yml")["carriers"]
    assert len(orders) == len({order["number"] for order in orders}) == 120
    for order in orders:
        assert order["customer"] in emails, order["number"]
        assert {sku for sku, _ in order["lines"]} <= product_prices().keys()
        assert order.get("carrier") in {None, *carriers}
        shipped = any(event["type"] == "shipped" for event in order.get("events", ()))
        assert shipped == ("carrier" in order), order["number"]


def test_every_core_customer_has_an_order_and_every_state_is_shown() -> None:
    core = content("orders.yml")[:40]
    assert {order["customer"] for order in core} == {
        customer["email"] for customer in content("customers.yml")[:20]
    }
    assert {order["state"] for order in core} >= {
        "received", "preparing", "partially_shipped", "shipped", "out_for_delivery",
        "failed_attempt", "delivered", "delayed", "cancelled", "partially_refunded",
        "refund_pending", "return_pending", "returned", "returned_to_sender",
    }  # fmt: skip


@pytest.mark.parametrize("hour", range(24))
def test_an_orders_facts_ascend_at_whatever_hour_the_demo_starts(hour: int) -> None:
    now = SUMMER.replace(hour=hour, minute=30)
    for order in content("orders.yml"):
        facts = [*order.get("events", ()), *order.get("adjustments", ())]
        times = [moment(order["placed"], now), *(moment(fact["at"], now) for fact in facts)]
        assert times == sorted(times), order["number"]
        assert times[-1] < now, order["number"]
        assert moment(order["promised"], now) > times[0], order["number"]


def test_a_late_order_is_late_and_one_on_its_way_is_not() -> None:
    now = SUMMER.replace(hour=12)
    for order in content("orders.yml"):
        promised = moment(order["promised"], now)
        if order["state"] == "delayed":
            assert promised < now, order["number"]
        if order["state"] in {"received", "preparing", "shipped", "out_for_delivery"}:
            assert promised > now, order["number"]


def test_shipping_follows_the_shops_rule() -> None:
    fees, prices = content("shop.yml")["fees"], product_prices()
    abroad = {
        customer["email"]: customer["address"][4]
        for customer in content("customers.yml")
        if customer["address"][4] != "JP"
    }
    for order in content("orders.yml"):
        goods = sum(prices[sku] * quantity for sku, quantity in order["lines"])
        if country := abroad.get(order["customer"]):
            expected = fees["shipping_asia" if country == "SG" else "shipping_world"]
        else:
            expected = 0 if goods >= fees["free_shipping_from"] else fees["shipping"]
        assert order["shipping"] == expected, order["number"]


def test_no_more_is_shipped_or_given_back_than_was_bought() -> None:
    prices = product_prices()
    for order in content("orders.yml"):
        bought = dict(order["lines"])
        paid = sum(prices[sku] * count for sku, count in bought.items()) + order["shipping"]
        for fact in (*order.get("events", ()), *order.get("adjustments", ())):
            for sku, count in fact.get("lines", {}).items():
                assert 0 < count <= bought[sku], order["number"]
            assert fact.get("amount", 0) <= paid, order["number"]


# Cases and chats


def test_cases_point_to_known_people_orders_topics_and_staff() -> None:
    shop, emails = content("shop.yml"), {person["email"] for person in content("customers.yml")}
    owners = {order["number"]: order["customer"] for order in content("orders.yml")}
    cases = content("cases.yml")
    assert len(cases) == 40
    for case in cases:
        assert case["customer"] in emails, case["subject"]
        assert owners.get(case.get("order"), case["customer"]) == case["customer"]
        assert case.get("order") in {None, *owners}, case["subject"]
        assert case["topic"] in shop["topics"]
        assert case.get("agent") in {None, *shop["staff"]}
        assert {who for who, _, _ in case["messages"]} <= {"customer", "agent", "system", "note"}


def test_a_cases_status_is_what_its_messages_say() -> None:
    for case in content("cases.yml"):
        said = [who for who, _, _ in case["messages"] if who in {"customer", "agent"}]
        status = case["status"]
        assert (status == "new") == ("agent" not in said), case["subject"]
        assert ("solved" in case) == (status in {"solved", "closed"}), case["subject"]
        assert status != "waiting" or said[-1] == "agent", case["subject"]
        assert case.get("rating", 5) in range(1, 6)
        assert "rating" not in case or "solved" in case, case["subject"]


@pytest.mark.parametrize("hour", range(24))
def test_what_was_said_ascends_at_whatever_hour_the_demo_starts(hour: int) -> None:
    now = SUMMER.replace(hour=hour, minute=30)
    placed = {order["number"]: order["placed"] for order in content("orders.yml")}
    for case in content("cases.yml"):
        about = [placed[case["order"]]] if "order" in case else []
        told = [*about, *(when for _, when, _ in case["messages"])]
        told += [case["solved"]] if "solved" in case else []
        times = [moment(text, now) for text in told]
        assert times == sorted(times), case["subject"]
        assert times[-1] < now, case["subject"]


def test_chats_are_told_in_order_and_end_as_they_say() -> None:
    shop, emails = content("shop.yml"), {person["email"] for person in content("customers.yml")}
    chats = content("chats.yml")
    assert len(chats) >= 25
    for chat in chats:
        assert chat.get("customer") in {None, *emails}
        assert chat["language"] in LANGUAGES
        assert chat["outcome"] in {"solved", "case", "left"}
        assert moment(chat["started"], SUMMER) < SUMMER
        seconds = [message[1] for message in chat["messages"]]
        assert seconds == sorted(seconds), chat["started"]
        handoff = chat.get("handoff", {})
        assert handoff.get("agent") in {None, *shop["staff"]}
        assert handoff.get("requested", 0) <= handoff.get("accepted", 10**6)


def test_the_bot_says_nothing_in_a_chat_that_a_person_has_taken() -> None:
    for chat in content("chats.yml"):
        accepted = chat.get("handoff", {}).get("accepted", 10**6)
        for who, second, *_ in chat["messages"]:
            assert who != "bot" or second < accepted, chat["started"]
            assert who != "agent" or second > accepted, chat["started"]


def test_what_the_bot_answered_with_is_an_faq() -> None:
    answers = {
        more[0]["faq"]
        for chat in content("chats.yml")
        for _, _, _, *more in chat["messages"]
        if more and "faq" in more[0]
    }
    assert answers <= slugs()
    assert len(answers) > 5


def test_the_home_page_is_written_in_both_languages() -> None:
    home = content("home.yml")
    ja, en = (home[language]["home"] for language in LANGUAGES)
    assert ja.keys() == en.keys()
    assert [part["url"] for part in ja["sections"]] == [part["url"] for part in en["sections"]]
    assert set(ja["popular"]) | set(en["popular"]) <= slugs()
    assert all(len(text["heading"]) <= 80 and len(text["lead"]) <= 200 for text in (ja, en))


def test_a_synonym_stands_in_one_group_only() -> None:
    for groups in content("synonyms.yml").values():
        words = [word for group in groups for word in group]
        assert len(words) == len(set(words))
        assert all(len(group) > 1 for group in groups)


# The questions that judge the search (tests/cms/data)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_search_is_judged_on_questions_it_was_not_given(language: str) -> None:
    known = {
        text.casefold()
        for faq in faqs(language)
        for text in (faq["question"], *faq["alternates"].split("|"))
    }
    queries = rows(QUERIES / f"faq_queries.{language}.csv")
    assert len({query["query"] for query in queries}) == len(queries) >= 100
    assert not known & {query["query"].casefold() for query in queries}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_faq_is_asked_for_and_a_fifth_of_the_questions_has_no_answer(language: str) -> None:
    queries = rows(QUERIES / f"faq_queries.{language}.csv")
    relevant = [set(filter(None, query["relevant"].split("|"))) for query in queries]
    assert set.union(*relevant) == slugs()
    assert 0.15 <= sum(not answers for answers in relevant) / len(relevant) <= 0.25
