"""The chat in a real browser: against a socket the test answers, and against the real one."""

import contextlib
import re

import pytest
from playwright.sync_api import expect

from tests.browser.cast import HERE, FakeLine, serve, wait_until
from tests.browser.payloads import PAYLOADS
from tests.harness.plugin import SCREENS, Person, Portal

pytestmark = pytest.mark.browser


@pytest.fixture
def somebody(chromium, client, db):
    """Opens browsers at pages that need no server; a fault of a script fails the test."""
    faults: list[str] = []
    with contextlib.ExitStack() as stack:

        def make(screen: str) -> Person:
            context = chromium.new_context(**SCREENS[screen])
            stack.callback(context.close)
            context.set_default_timeout(5_000)
            serve(context, client)
            page = context.new_page()
            page.on("pageerror", lambda error: faults.append(str(error)))
            portal = Portal(int(HERE.rsplit(":", 1)[1]), lambda: None)
            return Person(page, portal, screen[:2], faults)

        yield make
    assert not faults


SITE = "http://localhost:8998"


@pytest.fixture
def on_another_site(chromium, client, db, settings):
    """Opens the one page of another site, listed or not, and the server's end of its chat."""
    with contextlib.ExitStack() as stack:

        def make(*, listed: bool):
            settings.WIDGET_ORIGINS = [SITE] if listed else []
            context = chromium.new_context(**SCREENS["ja-390"])
            stack.callback(context.close)
            serve(context, client, site=SITE)
            page = context.new_page()
            line = FakeLine(page)
            page.goto(f"{SITE}/")
            return page, line

        yield make


@pytest.fixture
def person(somebody):
    """Somebody at a phone, in Japanese."""
    return somebody("ja-390")


@pytest.fixture
def line(person) -> FakeLine:
    """The server's end of the person's chat."""
    return FakeLine(person.page)


def write(page, text: str) -> None:
    """Write and send with Enter."""
    page.get_by_role("textbox", name="ご質問をどうぞ").fill(text)
    page.keyboard.press("Enter")


def texts(page, author: str) -> list[str]:
    """What an author said, as it stands in the log (less the name for screen readers)."""
    found = page.locator(f".bubble.{author}:not(.sending)").all_inner_texts()
    return [re.sub(r"^[^:]*: ?\n?", "", text) for text in found]


def test_the_panel_opens_greets_and_shows_the_way_to_a_person(person, line):
    page = person.page
    person.open("sign-in/")
    launcher = page.get_by_role("button", name="お問い合わせ", exact=True)
    launcher.click()
    panel = page.get_by_role("dialog")
    expect(panel).to_contain_text("Hello, I am a bot.")
    expect(panel.get_by_role("button", name="担当者と話す")).to_be_visible()
    expect(panel.get_by_role("textbox")).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(launcher).to_be_focused()


def test_on_a_phone_the_page_behind_the_sheet_is_out_of_reach(person, line):
    person.open("sign-in/")
    person.page.locator(".chat-launcher").click()
    assert person.page.locator("main").evaluate("main => main.inert")
    person.page.locator(".chat-close").click()
    assert not person.page.locator("main").evaluate("main => main.inert")


def test_a_message_is_sending_until_its_echo_comes(person, line):
    person.open("chat/")
    line.answers = False
    write(person.page, "送料は？")
    expect(person.page.locator(".bubble.sending")).to_contain_text("送料は？")
    said = line.frames("say")[0]
    line.say(author="customer", id=said["id"], text="送料は？")
    expect(person.page.locator(".bubble.sending")).to_have_count(0)
    expect(person.page.locator(".bubble.customer")).to_have_count(1)


def test_what_was_not_acknowledged_goes_out_again_with_its_id_after_a_reload(person, line):
    person.open("chat/")
    line.answers = False
    write(person.page, "きこえますか")
    wait_until(person.page, lambda: line.frames("say"))
    line.answers = True
    person.page.reload()
    expect(person.page.locator(".bubble.customer:not(.sending)")).to_have_count(1)
    first, second = line.frames("say")
    assert first == second


def test_messages_go_out_one_after_the_other_so_that_none_overtakes(person, line):
    person.open("chat/")
    line.answers = False
    for text in ("一", "二", "三"):
        write(person.page, text)
    wait_until(person.page, lambda: line.frames("say"))
    assert [frame["text"] for frame in line.frames("say")] == ["一"]
    line.answers = True
    line.say(author="customer", id=line.frames("say")[0]["id"], text="一")
    expect(person.page.locator(".bubble.customer:not(.sending)")).to_have_count(3)
    assert texts(person.page, "customer") == ["一", "二", "三"]


def test_a_message_told_twice_is_shown_once_and_an_early_one_in_its_place(person, line):
    person.open("chat/")
    write(person.page, "一")
    expect(person.page.locator(".bubble.customer:not(.sending)")).to_have_count(1)
    second = line.say(author="bot", text="二", told=False)
    third = line.say(author="bot", text="三")
    line.send(**third)
    line.send(**second)
    expect(person.page.locator(".bubble.bot")).to_have_count(3)
    assert texts(person.page, "bot")[1:] == ["二", "三"]


def test_a_gap_is_filled_by_saying_hello_with_the_last_seq(person, line):
    person.open("chat/")
    expect(person.page.locator(".bubble.bot")).to_have_count(1)
    line.say(author="bot", text="二", told=False)
    line.say(author="bot", text="三")
    expect(person.page.locator(".bubble.bot")).to_have_count(3)
    assert line.frames("hello")[-1]["after"] == 1
    assert texts(person.page, "bot")[1:] == ["二", "三"]


def test_a_head_that_is_ahead_brings_what_was_missed(person, line):
    person.open("chat/")
    expect(person.page.locator(".bubble.bot")).to_have_count(1)
    line.say(author="bot", text="二", told=False)
    line.send(type="head", seq=2)
    expect(person.page.locator(".bubble.bot")).to_have_count(2)


def test_after_a_drop_it_comes_back_and_catches_up(person, line):
    person.open("chat/")
    write(person.page, "一")
    expect(person.page.locator(".bubble.customer:not(.sending)")).to_have_count(1)
    line.say(author="bot", text="おそくなりました", told=False)
    line.drop()
    expect(person.page.get_by_text("おそくなりました")).to_be_visible()
    hello = line.frames("hello")[-1]
    assert (hello["after"], hello["conversation"], hello["visitor"]) == (
        2,
        line.conversation,
        "token",
    )


def test_enter_that_ends_a_japanese_word_sends_nothing(person, line):
    person.open("chat/")
    box = person.page.get_by_role("textbox", name="ご質問をどうぞ")
    box.fill("へんぴん")
    for how in ({"isComposing": True}, {"keyCode": 229}):
        box.evaluate(
            "(box, how) => box.dispatchEvent(new KeyboardEvent('keydown',"
            " {key: 'Enter', bubbles: true, cancelable: true, ...how}))",
            how,
        )
    person.page.wait_for_timeout(100)
    assert not line.frames("say")
    box.press("Enter")
    wait_until(person.page, lambda: line.frames("say"))


def test_shift_and_enter_begins_a_new_line(person, line):
    person.open("chat/")
    box = person.page.get_by_role("textbox", name="ご質問をどうぞ")
    box.fill("一")
    box.press("Shift+Enter")
    box.press_sequentially("二")
    assert box.input_value() == "一\n二"
    assert not line.frames("say")


def test_a_text_that_is_too_long_cannot_be_sent_and_says_by_how_much(person, line):
    person.open("chat/")
    box = person.page.get_by_role("textbox", name="ご質問をどうぞ")
    box.fill("𠮟" * 2_001)
    expect(person.page.locator(".chat-count")).to_contain_text("あと1文字")
    expect(person.page.get_by_role("button", name="送信")).to_be_disabled()
    box.press("Enter")
    assert not line.frames("say")


def test_a_pressed_button_cannot_be_pressed_again_nor_an_old_one(person, line):
    person.open("chat/")
    button = person.page.get_by_role("button", name="Where is it?")
    button.click()
    expect(button).to_be_disabled()
    assert line.frames("press")[0]["payload"] == "/where"
    line.say(author="bot", text="新しい", parts=line.stored[0]["parts"])
    buttons = person.page.get_by_role("button", name="Where is it?")
    expect(buttons.first).to_be_disabled()
    expect(buttons.last).to_be_enabled()


def test_a_refused_message_stays_and_says_why(person, line):
    person.open("chat/")
    line.answers = False
    write(person.page, "まだいますか")
    wait_until(person.page, lambda: line.frames("say"))
    refused = {"code": "closed", "detail": "", "id": line.frames("say")[0]["id"]}
    line.send(type="error", **refused)
    expect(person.page.locator(".bubble.failed")).to_contain_text("まだいますか")
    expect(person.page.get_by_text("チャットが終了していたため")).to_be_visible()


def test_what_the_server_could_not_take_just_now_is_tried_again(person, line):
    person.open("chat/")
    line.answers = False
    write(person.page, "もう一度")
    wait_until(person.page, lambda: line.frames("say"))
    line.answers = True
    line.send(type="error", code="unavailable", detail="", id=line.frames("say")[0]["id"])
    expect(person.page.locator(".bubble.customer:not(.sending)")).to_have_count(1)
    assert len({frame["id"] for frame in line.frames("say")}) == 1


def test_the_queue_says_place_and_wait_and_offers_three_ways_out(person, line):
    person.open("chat/")
    expect(person.page.locator(".bubble.bot")).to_have_count(1)
    line.send(type="state", owner="queue", queue={"position": 2, "wait_seconds": 290})
    panel = person.page.get_by_role("region", name="お待ちの順番")
    expect(panel).to_contain_text("ただいま2番目です")
    expect(panel).to_contain_text("約5分")
    panel.get_by_role("button", name="このまま待つ").click()
    panel.get_by_role("button", name="ほかの方法").click()
    panel.get_by_role("button", name="メールで返事をもらう").click()
    wait_until(person.page, lambda: line.frames("mail_me"))
    panel.get_by_role("button", name="ほかの方法").click()
    panel.get_by_role("button", name="自動応答に戻る").click()
    wait_until(person.page, lambda: line.frames("leave_queue"))


def test_a_closed_chat_can_be_rated_and_a_new_one_begun(person, line):
    person.open("chat/")
    write(person.page, "ありがとう")
    expect(person.page.locator(".bubble.customer:not(.sending)")).to_have_count(1)
    line.say(author="system", text="終了しました。", parts=[{"type": "rating"}])
    line.send(type="state", owner="closed", queue=None)
    person.page.get_by_role("button", name="とても満足").click()
    wait_until(person.page, lambda: line.frames("press"))
    assert line.frames("press")[0]["payload"] == '/rate{"score":5}'
    line.stored = line.stored[:1]
    line.conversation = "7d0f1d5e-7c07-4d0c-9f1e-0a3f0f3f7a22"
    line.state = {"owner": "bot", "queue": None}
    person.page.get_by_role("button", name="新しいチャットを始める").click()
    expect(person.page.locator(".chat-log .bubble")).to_have_count(1)
    assert line.frames("hello")[-1]["conversation"] is None


def test_proving_an_address_takes_full_width_digits_and_says_hello_with_the_new_token(person, line):
    page = person.page
    posted = []

    def answer(route):
        posted.append(route.request.post_data_json)
        right = route.request.post_data_json.get("code") == "123456"
        route.fulfill(status=200 if right else 400, json={"visitor": "proven"} if right else {})

    page.route("**/sign-in/code/confirm/", answer)
    page.route("**/sign-in/code/", lambda route: route.fulfill(status=202, json={}))
    person.open("chat/")
    expect(page.locator(".bubble.bot")).to_have_count(1)
    line.say(author="bot", text="確認します", parts=[{"type": "prove_email"}])
    page.get_by_label("メールアドレス", exact=True).fill("hana@example.com")
    page.get_by_role("button", name="確認コードを送る").click()
    code = page.get_by_label("確認コード（6桁）")
    expect(code).to_have_attribute("autocomplete", "one-time-code")
    expect(code).to_have_attribute("inputmode", "numeric")
    expect(page.get_by_role("button", name="コードをもう一度送る")).to_be_disabled()
    code.fill("000000")
    page.get_by_role("button", name="確認する").click()
    expect(page.get_by_role("alert")).to_contain_text("コードが違うか、有効期限が切れています")
    code.fill("１２３ ４５６")
    page.get_by_role("button", name="確認する").click()
    expect(page.get_by_text("メールアドレスを確認できました")).to_be_visible()
    assert posted[-1] == {"code": "123456", "visitor": "token"}
    wait_until(page, lambda: line.frames("hello")[-1]["visitor"] == "proven")
    assert not any("123456" in str(frame) for frame in line.heard)


def test_an_open_chat_goes_along_to_the_next_page_and_the_draft_too(person, line):
    page = person.page
    person.open("sign-in/")
    page.locator(".chat-launcher").click()
    page.get_by_role("textbox", name="ご質問をどうぞ").fill("書きかけ")
    person.open("sign-in/?again")
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.get_by_role("textbox", name="ご質問をどうぞ")).to_have_value("書きかけ")


def test_news_is_counted_while_the_panel_is_closed(somebody):
    person = somebody("en-1280")
    line = FakeLine(person.page)
    person.open("sign-in/")
    person.page.locator(".chat-launcher").click()
    expect(person.page.locator(".bubble.bot")).to_have_count(1)
    person.page.keyboard.press("Escape")
    line.say(author="agent", name="Aki", text="There you are.")
    expect(person.page.locator(".chat-badge")).to_contain_text("1")
    person.page.locator(".chat-launcher").click()
    expect(person.page.locator(".chat-badge")).to_be_hidden()
    wait_until(person.page, lambda: line.frames("seen") and line.frames("seen")[-1]["seq"] == 2)


def test_links_are_followed_to_safe_places_only(person, line):
    page = person.page
    person.open("chat/")
    expect(page.locator(".bubble.bot")).to_have_count(1)
    line.say(
        author="bot",
        text="見る https://example.com/a。 javascript:alert(1) http://example.com/",
        parts=[
            {"type": "link", "title": "bad", "url": "javascript:alert(1)"},
            {"type": "link", "title": "good", "url": "/ja/help/"},
            {"type": "file", "name": "x", "url": "data:text/html,x", "size": 1, "media": "a/b"},
        ],
    )
    expect(page.get_by_role("link", name="good")).to_be_visible()
    links = page.locator(".chat-log a")
    assert links.evaluate_all("all => all.map(one => one.href)") == [
        "https://example.com/a",
        f"{person.portal.url}/ja/help/",
    ]
    assert links.first.get_attribute("rel") == "noopener noreferrer"


def test_nothing_anybody_says_becomes_an_element(person, line):
    page = person.page
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    person.open("chat/")
    expect(page.locator(".bubble.bot")).to_have_count(1)
    for payload in PAYLOADS:
        buttons = [{"title": payload, "payload": "/x"}]
        cards = [{"title": payload, "text": payload, "image": payload, "url": payload}]
        parts = [
            {"type": "buttons", "buttons": buttons},
            {"type": "cards", "cards": cards},
            {"type": "link", "title": payload, "url": payload},
            {"type": "file", "name": payload, "url": payload, "size": 1, "media": payload},
            {"type": payload},
        ]
        for author in ("customer", "bot", "agent", "system"):
            line.say(author=author, name=payload, text=payload, parts=parts)
    expect(page.locator(".turn")).to_have_count(1 + 4 * len(PAYLOADS))
    made = page.locator(".chat-log").evaluate(
        "log => [...log.querySelectorAll('script, iframe, object, embed, base, form, style, math,"
        " video, audio, details, input, body, [onerror], [onload], [onclick], [style],"
        " [href^=javascript], [src^=javascript], [srcdoc]')].length"
    )
    assert made == 0
    assert not dialogs


def test_a_listed_site_opens_the_chat_in_a_frame_that_closes_by_itself_only(on_another_site):
    page, line = on_another_site(listed=True)
    button = page.get_by_role("button", name="お問い合わせ")
    button.click()
    chat = page.frame_locator("iframe")
    expect(chat.get_by_text("Hello, I am a bot.")).to_be_visible()
    chat.get_by_role("textbox").fill("こんにちは")
    chat.get_by_role("textbox").press("Enter")
    expect(chat.locator(".bubble.customer:not(.sending)")).to_have_count(1)
    # Nobody but the frame may close it, whatever is posted to the page.
    page.evaluate("window.postMessage({ madoguchi: 'close' }, '*')")
    expect(page.locator("iframe")).to_be_visible()
    chat.get_by_role("textbox").press("Escape")
    expect(page.locator("iframe")).to_be_hidden()
    line.say(author="agent", name="Aki", text="いらっしゃいませ")
    expect(button).to_have_text("お問い合わせ (1)")


def test_a_site_that_is_not_listed_gets_no_chat(on_another_site):
    page, _line = on_another_site(listed=False)
    page.wait_for_timeout(300)
    assert page.locator("mado-chat").count() == 0


def test_the_real_bot_greets_and_the_conversation_survives_a_reload(people):
    person = people("ja-390")
    page = person.page
    person.open("chat/")
    expect(page.locator(".bubble.bot")).to_have_count(1)
    write(page, "ありがとうございます")
    expect(page.locator(".bubble.bot")).to_have_count(2)
    said = texts(page, "customer")
    page.reload()
    expect(page.locator(".bubble.bot")).to_have_count(2)
    assert texts(page, "customer") == said == ["ありがとうございます"]
