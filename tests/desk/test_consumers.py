"""The desk socket, frame by frame."""

import uuid


async def wants_a_person(chat, **options):
    """A visitor who waits for a person."""
    visitor = await chat(**options)
    await visitor.hello()
    await visitor.say("担当者と話したい")
    await visitor.until("state", owner="queue")
    return visitor


async def test_an_agent_takes_the_chat_and_both_talk(chat, desk, aki):
    visitor = await wants_a_person(chat)
    agent = await desk(aki)
    queue = await agent.until("queue")
    (waiting,) = queue["waiting"]
    assert waiting["conversation"] == visitor.conversation
    await agent.send_json_to({"type": "take", "conversation": visitor.conversation})
    assert (await agent.until("taken"))["agent"] == "Aki"
    assert (await visitor.until("state", owner="agent"))["queue"] is None
    sent = str(uuid.uuid4())
    await agent.send_json_to(
        {"type": "say", "conversation": visitor.conversation, "id": sent, "text": "こんにちは"}
    )
    echo = await agent.heard(author="agent")
    assert (echo["id"], echo["conversation"]) == (sent, visitor.conversation)
    heard = await visitor.heard(author="agent")
    assert (heard["text"], heard["name"]) == ("こんにちは", "Aki")
    await visitor.say("ありがとう")
    assert (await agent.heard(author="customer"))["text"] == "ありがとう"


async def test_a_customer_may_not_sit_at_the_desk(desk, alice):
    stranger = await desk(alice)
    error = await stranger.until("error")
    assert error["code"] == "not_agent"
    assert await stranger.closed() == 4401
