"""Story (b): ask the bot, prove the e-mail, cancel an order, and talk to a person."""

import pytest
from playwright.sync_api import expect

from bot.models import Conversation
from orders.models import Cancellation
from tests.browser.cast import sign_in
from tests.stories.conftest import code_mailed_to, shipped, snapshot

pytestmark = pytest.mark.browser

SAID = {
    "ja": {
        "where": "注文はどこですか",
        "cancel": "H-82をキャンセルしたい",
        "yes": "はい",
        "person": "担当者と話したい",
        "hello": "こんにちは、アキです。どうされましたか？",
        "thanks": "ギフト包装をお願いできますか",
    },
    "en": {
        "where": "where is my order",
        "cancel": "I want to cancel H-82",
        "yes": "yes",
        "person": "I want to talk to a person",
        "hello": "Hello, this is Aki. How can I help?",
        "thanks": "Could you gift wrap it?",
    },
}


@pytest.mark.parametrize("screen", ["ja-390", "en-1280"])
def test_a_chat_from_the_bot_to_a_person(people, feed, aki, screen):
    feed(shipped(snapshot("H-81", "hana@example.com")))
    feed(snapshot("H-82", "hana@example.com"))
    hana = people(screen)
    said = SAID[hana.language]
    chat = hana.page
    bot = chat.locator(".bubble.bot")

    def say(text: str) -> None:
        chat.locator(".chat-composer textarea").fill(text)
        chat.keyboard.press("Enter")
        expect(chat.locator(".bubble.customer:not(.sending)").last).to_contain_text(text)

    def ask(text: str) -> None:
        heard = bot.count()
        say(text)
        expect(bot).to_have_count(heard + 1)

    # She asks in the widget, and proves her e-mail there.
    hana.open("help/")
    chat.locator(".chat-launcher").click()
    expect(bot).to_have_count(1)
    ask(said["where"])
    chat.locator(".chat-prove input[type=email]").fill("hana@example.com")
    chat.locator(".chat-prove button[type=submit]").click()
    expect(chat.locator(".chat-prove .code-input")).to_be_visible()
    chat.locator(".chat-prove .code-input").fill(code_mailed_to("hana@example.com"))
    chat.locator(".chat-prove button[type=submit]").click()
    expect(chat.locator(".chat-cards").last).to_contain_text("H-81")

    # She cancels another order with a yes.
    ask(said["cancel"])
    expect(bot.last).to_contain_text("H-82")
    assert not Cancellation.objects.exists()
    ask(said["yes"])
    expect(bot.last).to_contain_text("H-82")
    assert Cancellation.objects.get().order.number == "H-82"

    # She asks for a person; the agent sees her in the queue and takes the chat.
    say(said["person"])
    expect(chat.locator(".chat-queue")).to_be_visible()
    agent = people("en-1280")
    sign_in(agent, aki)
    desk = agent.page
    agent.open("/desk/")
    desk.locator("#waiting button, #waiting a").first.click()
    desk.get_by_role("button", name="担当する").first.click()
    expect(desk.get_by_role("button", name="チャットを終える")).to_be_visible()
    before = bot.count()
    desk.locator("#talk textarea").fill(said["hello"])
    desk.keyboard.press("Enter")
    expect(chat.locator(".bubble.agent").last).to_contain_text(said["hello"])
    expect(chat.locator(".bubble.agent").last).to_be_in_viewport()

    # Both talk; the bot says nothing any more.
    say(said["thanks"])
    expect(desk.locator("#talk .bubble.customer").last).to_contain_text(said["thanks"])
    chat.wait_for_timeout(800)
    assert bot.count() == before

    # It closes.
    desk.get_by_role("button", name="チャットを終える").click()
    desk.get_by_role("button", name="解決した").click()
    expect(chat.locator(".chat-composer textarea")).to_be_hidden()
    assert Conversation.objects.get().owner == Conversation.CLOSED
