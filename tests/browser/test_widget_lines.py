"""The chat when the line is bad: refused sockets, reloads without a network, dead lines."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from bot import conversations, dialogue
from bot.models import Conversation
from tests.browser.cast import message, wait_until
from tests.browser.test_widget import line, person, somebody, texts, write

__all__ = ["line", "person", "somebody"]
pytestmark = pytest.mark.browser

KEPT = "sessionStorage.getItem('madoguchi.recent')"


@pytest.fixture
def spoken(person, line):
    """Somebody who has said one thing and been answered."""
    person.open("chat/")
    write(person.page, "送料は？")
    expect(person.page.locator(".bubble.customer:not(.sending)")).to_have_count(1)
    line.say(author="bot", text="600円です")
    expect(person.page.locator(".bubble.bot")).to_have_count(2)
    return person


def test_where_sockets_are_refused_a_whole_turn_works_without_them(people):
    """The whole portal, but each socket is closed at once: as behind some companies' proxies."""
    person = people("ja-390")
    page, refused, asked = person.page, [], []
    page.on("request", lambda request: "/chat/frames/" in request.url and asked.append(1))
    page.route_web_socket("**/ws/chat/", lambda socket: (refused.append(1), socket.close()))
    person.open("chat/")
    write(page, "担当者と話したい")
    # Three sockets are tried first, and nobody has spoken to the bot of this process before.
    expect(page.locator(".bubble.bot")).to_have_count(2, timeout=20_000)
    assert texts(page, "customer") == ["担当者と話したい"]
    assert len(refused) == 3
    panel = page.get_by_role("region", name="お待ちの順番")
    panel.get_by_role("button", name="自動応答に戻る").click()
    expect(panel).to_be_hidden(timeout=20_000)
    row = Conversation.objects.get()
    assert row.owner == "bot"
    # What comes unasked is there with the next question, and there are not more than it takes.
    conversations.append(row, author="system", text="お知らせです")
    expect(page.get_by_text("お知らせです")).to_be_visible(timeout=20_000)
    assert len(refused) == 3
    already = len(asked)
    page.wait_for_timeout(4_000)
    assert 1 <= len(asked) - already <= 2


def test_two_tabs_show_each_message_once_and_in_the_same_order(people):
    person = people("ja-390")
    person.open("chat/")
    write(person.page, "ありがとう")
    expect(person.page.locator(".bubble.bot")).to_have_count(2, timeout=20_000)
    other = person.page.context.new_page()
    other.goto(person.page.url)
    expect(other.locator(".bubble.bot")).to_have_count(2)
    for page, text in ((other, "一つ目"), (person.page, "二つ目"), (other, "三つ目")):
        write(page, text)
        expect(page.locator(".bubble.customer:not(.sending)").last).to_contain_text(text)
    wait_until(person.page, lambda: not dialogue.unanswered().exists())
    head = Conversation.objects.get().head
    for page in (person.page, other):
        wait_until(page, lambda page=page: page.locator("[data-seq]").count() >= head)
    logs = [page.locator("[data-seq]").all_inner_texts() for page in (person.page, other)]
    assert logs[0] == logs[1]
    assert texts(other, "customer") == ["ありがとう", "一つ目", "二つ目", "三つ目"]


def test_what_was_seen_is_told_once(spoken, line):
    page = spoken.page
    wait_until(page, lambda: [frame["seq"] for frame in line.frames("seen")][-1:] == [3])
    for _ in range(3):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    line.send(type="head", seq=3)
    line.say(author="bot", text="ほかにも")
    wait_until(page, lambda: [frame["seq"] for frame in line.frames("seen")][-1:] == [4])
    seen = [frame["seq"] for frame in line.frames("seen")]
    assert seen == sorted(set(seen))


def test_sockets_are_tried_again_when_plain_questions_fail_as_well(person, line):
    line.reachable = False
    person.page.clock.install()
    asked = []
    person.page.route("**/chat/frames/", lambda route: (asked.append(1), route.abort()))
    person.open("chat/")
    wait_until(person.page, lambda: asked or person.page.clock.run_for(1_000))
    line.reachable = True
    wait_until(person.page, lambda: line.frames("hello") or person.page.clock.run_for(1_000))
    expect(person.page.locator(".bubble.bot")).to_have_count(1)


def test_after_a_reload_without_a_line_the_last_messages_stand_there(spoken, line):
    page = spoken.page
    line.reachable = False
    page.reload()
    expect(page.locator(".bubble.bot")).to_have_count(2)
    assert texts(page, "customer") == ["送料は？"]
    expect(page.locator(".chat-line")).to_contain_text("接続中です")
    line.say(author="bot", text="5,500円以上で無料です", told=False)
    line.reachable = True
    expect(page.get_by_text("5,500円以上で無料です")).to_be_visible()
    expect(page.locator(".chat-line")).to_be_hidden()
    assert texts(page, "bot")[1:] == ["600円です", "5,500円以上で無料です"]


def test_a_chat_whose_words_cannot_be_had_at_first_comes_all_the_same(person, line):
    page, asked = person.page, []

    def answer(route):
        asked.append(1)
        if len(asked) == 1:
            return route.abort()
        return route.fulfill(status=502, body="<html>") if len(asked) == 2 else route.fallback()

    page.clock.install()
    page.route("**/chat/widget.json", answer)
    person.open("chat/")
    wait_until(page, lambda: len(asked) == 3 or page.clock.run_for(500))
    expect(page.locator(".bubble.bot")).to_have_count(1)


def test_a_chat_that_never_connects_says_so_and_keeps_what_is_written(person, line):
    line.reachable = False
    person.open("chat/")
    expect(person.page.locator(".chat-line")).to_contain_text("接続中です")
    write(person.page, "きこえますか")
    expect(person.page.locator(".bubble.sending")).to_contain_text("きこえますか")


@pytest.mark.parametrize(
    "meanwhile",
    [
        # A sign-out in another tab, which drops what all tabs share.
        "localStorage.removeItem('madoguchi.conversation')",
        # Another chat, begun in another tab.
        "localStorage.setItem('madoguchi.conversation', 'another')",
        # An hour and more: a tab that was closed and brought back.
        f"const kept = JSON.parse({KEPT}); kept.at -= 3_700_000;"
        " sessionStorage.setItem('madoguchi.recent', JSON.stringify(kept))",
        "sessionStorage.setItem('madoguchi.recent', 'nonsense')",
    ],
)
def test_kept_messages_are_shown_to_nobody_else(spoken, line, meanwhile):
    page = spoken.page
    line.reachable = False
    page.evaluate(f"() => {{ {meanwhile} }}")
    page.reload()
    expect(page.locator(".chat-line")).to_contain_text("接続中です")
    assert page.locator(".chat-log .bubble").count() == 0
    assert page.evaluate(KEPT) is None


def test_a_sign_out_leaves_nothing_of_the_chat_in_the_browser(spoken, line):
    page = spoken.page
    page.get_by_role("textbox", name="ご質問をどうぞ").fill("書きかけ")
    assert "送料は？" in page.evaluate(KEPT)
    page.evaluate(
        """path => {
          const form = document.createElement("form");
          form.action = path;
          document.body.append(form);
          form.addEventListener("submit", (event) => event.preventDefault());
          form.requestSubmit();
        }""",
        reverse("account_logout"),
    )
    left = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "madoguchi" not in left


def test_the_next_page_forgets_what_is_nobodys_though_the_chat_stays_shut(spoken, line):
    spoken.page.evaluate("localStorage.clear()")
    spoken.open("sign-in/")
    wait_until(spoken.page, lambda: spoken.page.evaluate(KEPT) is None)


def test_who_is_signed_out_elsewhere_leaves_nothing_either(spoken, line):
    line.reachable = False
    line.drop(4401)
    wait_until(spoken.page, lambda: spoken.page.evaluate(KEPT) is None)
    assert spoken.page.evaluate("localStorage.getItem('madoguchi.visitor')") is None


def test_what_came_before_the_newest_can_be_read(person, line):
    line.page = 20
    line.stored += [message(seq=n, author="bot", text=f"no. {n}") for n in range(2, 51)]
    person.open("chat/")
    bubbles = person.page.locator(".chat-log .bubble")
    expect(bubbles).to_have_count(20)
    more = person.page.get_by_role("button", name="前のメッセージを表示する")
    for count in (40, 50):
        more.scroll_into_view_if_needed()
        top = person.page.locator("[data-seq]").first
        seq, before = top.get_attribute("data-seq"), top.bounding_box()
        more.click()
        expect(bubbles).to_have_count(count)
        after = person.page.locator(f"[data-seq='{seq}']").bounding_box()
        # What was being read stays where it was, but for the button that may be gone.
        assert abs(after["y"] - before["y"]) < 60
    expect(more).to_have_count(0)
    seqs = person.page.locator("[data-seq]").evaluate_all("all => all.map(one => +one.dataset.seq)")
    assert seqs == list(range(1, 51))


def test_more_than_a_page_missed_leaves_no_gap(person, line):
    line.page = 20
    person.open("chat/")
    expect(person.page.locator(".chat-log .bubble")).to_have_count(1)
    line.stored += [message(seq=n, author="bot", text=f"no. {n}") for n in range(2, 51)]
    line.drop()
    expect(person.page.locator(".chat-log .bubble")).to_have_count(20)
    more = person.page.get_by_role("button", name="前のメッセージを表示する")
    more.click()
    more.click()
    expect(person.page.locator(".chat-log .bubble")).to_have_count(50)


def test_a_line_on_which_nothing_is_heard_is_left_within_forty_seconds(person, line):
    person.page.clock.install()
    person.open("chat/")
    expect(person.page.locator(".bubble.bot")).to_have_count(1)
    person.page.clock.run_for(20_000)
    line.send(type="head", seq=1)
    person.page.clock.run_for(30_000)
    assert len(line.frames("hello")) == 1
    person.page.clock.run_for(10_000)
    wait_until(person.page, lambda: len(line.frames("hello")) == 2)


def test_a_message_without_an_echo_on_a_silent_line_is_said_again_on_a_new_one(person, line):
    person.page.clock.install()
    person.open("chat/")
    expect(person.page.locator(".bubble.bot")).to_have_count(1)
    line.answers = False
    write(person.page, "きこえますか")
    wait_until(person.page, lambda: line.frames("say"))
    line.answers = True
    person.page.clock.run_for(10_000)
    expect(person.page.locator(".bubble.customer:not(.sending)")).to_have_count(1)
    first, second = line.frames("say")
    assert first == second and len(line.frames("hello")) == 2


def test_who_leaves_the_queue_without_a_line_has_left_it_when_the_line_is_back(spoken, line):
    line.state = {"owner": "queue", "queue": {"position": 2, "wait_seconds": None}}
    line.send(type="state", **line.state)
    line.reachable = False
    line.drop()
    spoken.page.get_by_role("button", name="自動応答に戻る").click()
    assert not line.frames("leave_queue")
    line.reachable = True
    wait_until(spoken.page, lambda: line.frames("leave_queue"))
    line.drop()
    wait_until(spoken.page, lambda: len(line.frames("hello")) == 3)
    assert len(line.frames("leave_queue")) == 1


def test_a_handshake_that_something_swallows_leads_to_plain_questions(person):
    page, asked = person.page, []
    page.clock.install()
    page.route_web_socket("**/ws/chat/", lambda socket: None)
    page.route("**/chat/frames/", lambda route: (asked.append(1), route.abort()))
    person.open("chat/")
    wait_until(page, lambda: asked or page.clock.run_for(5_000))


def test_a_panel_in_which_nothing_changed_keeps_its_buttons_and_the_focus(person, line):
    """Without sockets each question brings the state anew: no button may be made anew for it."""
    page, waiting = person.page, {"position": 2, "wait_seconds": None}
    line.state = {"owner": "queue", "queue": waiting}
    person.open("chat/")
    stay = page.get_by_role("button", name="このまま待つ")
    stay.focus()
    line.send(type="state", owner="queue", queue=waiting)
    line.say(author="system", text="お待ちください")
    expect(page.get_by_text("お待ちください")).to_be_visible()
    expect(stay).to_be_focused()
    line.send(type="state", owner="queue", queue={**waiting, "position": 1})
    expect(page.get_by_text("ただいま1番目です")).to_be_visible()
