"""The chat socket, frame by frame."""

from bot.models import ChatMessage, Conversation


async def test_a_new_conversation_greets_and_has_no_row_before_the_first_say(chat):
    alice = await chat()
    welcome = await alice.hello()
    (greeting,) = welcome["messages"]
    assert (greeting["author"], greeting["seq"], greeting["answers"]) == ("bot", 1, None)
    assert welcome["head"] == 1 and welcome["more"] is False
    assert welcome["state"] == {"owner": "bot", "queue": None}
    assert not await Conversation.objects.aexists()


async def test_the_echo_acknowledges_and_comes_before_the_answer(chat):
    alice = await chat()
    await alice.hello()
    sent = await alice.say("注文はどこですか")
    echo = await alice.heard()
    answer = await alice.heard()
    assert (echo["id"], echo["seq"], echo["author"]) == (sent, 2, "customer")
    assert (answer["seq"], answer["author"], answer["answers"]) == (3, "bot", 2)
    assert answer["text"]


async def test_a_repeated_id_brings_the_stored_echo_whatever_the_text_says_now(chat):
    alice = await chat()
    await alice.hello()
    sent = await alice.say("注文はどこですか")
    first = await alice.heard(author="customer")
    await alice.heard(author="bot")
    await alice.say("別の話", sent)
    assert await alice.heard() == first
    assert await ChatMessage.objects.filter(author="customer").acount() == 1
