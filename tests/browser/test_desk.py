"""The desk in a real browser, on real sockets."""

import pytest
from playwright.sync_api import expect

from bot import conversations, handoff
from bot.models import AgentNote, ChatMessage, Conversation
from portal.customers.models import Customer
from tests.bot.cast import a_conversation, an_order
from tests.browser.cast import sign_in, wait_until
from tests.browser.payloads import PAYLOADS

pytestmark = pytest.mark.browser


def waiting(customer: Customer, said: str) -> Conversation:
    """A conversation in the queue."""
    conversation = a_conversation(customer)
    conversations.append(conversation, author="customer", text=said)
    handoff.request(conversation, reason="asked")
    return conversation


@pytest.fixture
def at_the_desk(people, aki):
    """Aki at the desk."""
    aki.language = "en"
    aki.save()
    agent = people("en-1280")
    sign_in(agent, aki)
    agent.open("/desk/")
    return agent


def test_an_agent_takes_answers_notes_and_ends_and_a_colleague_sees_who_was_first(
    live_portal, people, alice, aki, bob
):
    conversation = waiting(alice, "ふたが欠けていました")
    an_order(alice, "H-1001")
    aki.language = "en"
    aki.save()
    ben = Customer.objects.create_user("ben@shop.example", name="Ben", is_staff=True, language="en")
    ben.groups.set(aki.groups.all())
    first, second = people("en-1280"), people("en-1280")
    for person, agent in ((first, aki), (second, ben)):
        sign_in(person, agent)
        person.open("/desk/")
        person.page.locator("#waiting .desk-item").click()
        expect(person.page.locator("#talk .bubble.customer")).to_contain_text(
            "ふたが欠けていました"
        )
    expect(first.page.locator("#about")).to_contain_text("H-1001")
    expect(first.page).to_have_title("(1) Desk")

    first.page.get_by_role("button", name="Take this chat").click()
    expect(second.page.get_by_role("alert")).to_contain_text("Aki has taken this chat.")
    expect(second.page.get_by_role("button", name="Take this chat")).to_have_count(0)
    expect(first.page.locator("#mine .desk-item")).to_have_count(1)

    box = first.page.locator("#talk textarea")
    box.fill("お写真をいただけますか")
    box.press("Enter")
    expect(first.page.locator("#talk .bubble.agent:not(.sending)")).to_have_count(1)
    first.page.get_by_role("button", name="Internal note").click()
    box.fill("exchange it")
    box.press("Enter")
    expect(second.page.locator("#talk .bubble.note")).to_contain_text("exchange it")
    said = ChatMessage.objects.filter(conversation=conversation, author="agent")
    assert [row.text for row in said] == ["お写真をいただけますか"]
    assert AgentNote.objects.get().text == "exchange it"

    first.page.get_by_role("button", name="End the chat").click()
    first.page.get_by_role("button", name="Solved").click()
    expect(first.page.locator("#mine .desk-item")).to_have_count(0)
    wait_until(first.page, lambda: Conversation.objects.get().owner == Conversation.CLOSED)


def test_what_is_not_sent_yet_stays_with_its_chat(live_portal, at_the_desk, alice, bob, aki):
    page = at_the_desk.page
    for customer, said in ((alice, "一"), (bob, "two")):
        handoff.accept(waiting(customer, said), agent=aki)
    page.reload()
    page.locator("#mine .desk-item").first.click()
    page.locator("#talk textarea").fill("half a sen")
    page.locator("#mine .desk-item").last.click()
    expect(page.locator("#talk textarea")).to_have_value("")
    page.reload()
    page.locator("#mine .desk-item").first.click()
    expect(page.locator("#talk textarea")).to_have_value("half a sen")


def test_nothing_a_customer_says_or_is_called_becomes_an_element_at_the_desk(
    live_portal, at_the_desk, alice, aki
):
    page = at_the_desk.page
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    alice.name = "<img src=x onerror=alert(1)>"
    alice.save()
    conversation = a_conversation(alice)
    for payload in PAYLOADS:
        conversations.append(conversation, author="customer", text=payload)
    handoff.request(conversation, reason="asked")
    page.reload()
    page.locator("#waiting .desk-item").click()
    expect(page.locator("#talk .bubble.customer")).to_have_count(len(PAYLOADS))
    expect(page.locator("#about")).to_contain_text("<img src=x onerror=alert(1)>")
    made = page.locator("[data-desk]").evaluate(
        "desk => [...desk.querySelectorAll('script, iframe, object, embed, base, img, style, math,"
        " video, audio, [onerror], [onload], [onclick], [style], [href^=javascript], [srcdoc]')]"
        ".length"
    )
    assert made == 0
    assert not dialogs


def test_a_dead_line_is_noticed_and_what_was_missed_is_shown(live_portal, people, alice, bob, aki):
    aki.language = "en"
    aki.save()
    agent = people("en-1280")
    sign_in(agent, aki)
    page, lines = agent.page, []
    page.clock.install()

    def through(browser):
        server = browser.connect_to_server()
        line = {"dead": False}
        lines.append(line)
        browser.on_message(lambda text: line["dead"] or server.send(text))
        server.on_message(lambda text: line["dead"] or browser.send(text))

    page.route_web_socket("**/ws/desk/", through)
    mine = waiting(alice, "first")
    handoff.accept(mine, agent=aki)
    agent.open("/desk/")
    page.locator("#mine .desk-item").click()
    expect(page.locator("#talk .bubble.customer")).to_have_count(1)

    lines[0]["dead"] = True  # half open: neither side is told that the other is gone
    conversations.append(mine, author="customer", text="are you there?")
    waiting(bob, "me too")
    page.clock.fast_forward(46_000)
    expect(page.locator("#talk .bubble.customer")).to_have_count(2)
    expect(page.locator("#waiting .desk-item")).to_have_count(1)
    assert len(lines) == 2
