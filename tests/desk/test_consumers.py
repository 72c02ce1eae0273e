"""The desk socket, frame by frame."""

import uuid

from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group

from bot import conversations
from bot.engine import socket as manners
from bot.models import AgentNote, ChatMessage, Conversation, Handoff
from portal import live
from tests.bot.chatter import Desk


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


async def taken(chat, desk, agent, **options):
    """A visitor and the agent who has taken the chat."""
    visitor = await wants_a_person(chat, **options)
    at_desk = await desk(agent)
    await at_desk.send_json_to({"type": "take", "conversation": visitor.conversation})
    await at_desk.until("taken")
    return visitor, at_desk


def about(visitor, kind, **fields):
    return {"type": kind, "conversation": visitor.conversation, **fields}


def words(visitor, kind="say", text="こんにちは", frame_id=None):
    return about(visitor, kind, id=frame_id or str(uuid.uuid4()), text=text)


async def test_the_second_agent_learns_that_it_is_taken(chat, desk, aki, eri):
    await sync_to_async(make_agent)(eri)
    visitor, _aki = await taken(chat, desk, aki)
    late = await desk(eri)
    await late.send_json_to(about(visitor, "take"))
    error = await late.until("error")
    assert (error["code"], error["conversation"]) == ("taken", visitor.conversation)
    assert (await Conversation.objects.aget()).agent_id == aki.pk


async def test_an_agent_may_not_speak_in_what_another_has(chat, desk, aki, eri):
    await sync_to_async(make_agent)(eri)
    visitor, _aki = await taken(chat, desk, aki)
    other = await desk(eri)
    for frame in (
        words(visitor),
        about(visitor, "release"),
        about(visitor, "close", outcome="solved"),
    ):
        await other.send_json_to(frame)
        assert (await other.until("error"))["code"] == "not_yours"
    assert not await ChatMessage.objects.filter(author="agent").aexists()
    assert (await Conversation.objects.aget()).owner == "agent"


async def test_an_unknown_conversation_is_not_yours(desk, aki):
    agent = await desk(aki)
    for kind in ("take", "release"):
        await agent.send_json_to({"type": kind, "conversation": str(uuid.uuid4())})
        assert (await agent.until("error"))["code"] == "not_yours"


async def test_a_repeated_id_of_an_agent_is_one_message(chat, desk, aki):
    visitor, agent = await taken(chat, desk, aki)
    frame = words(visitor)
    await agent.send_json_to(frame)
    first = await agent.heard(author="agent")
    await agent.send_json_to({**frame, "text": "別の言葉"})
    assert await agent.heard(author="agent") == first
    assert await ChatMessage.objects.filter(author="agent").acount() == 1


async def test_a_released_chat_waits_again_and_the_agent_no_longer_speaks(chat, desk, aki):
    visitor, agent = await taken(chat, desk, aki)
    await agent.send_json_to(about(visitor, "release"))
    assert (await visitor.until("state", owner="queue"))["queue"]["position"] == 1
    await agent.send_json_to(words(visitor))
    assert (await agent.until("error"))["code"] == "not_yours"


async def test_closing_ends_it_for_both(chat, desk, aki):
    visitor, agent = await taken(chat, desk, aki)
    await agent.send_json_to(about(visitor, "close", outcome="solved"))
    await visitor.until("state", owner="closed")
    assert (await agent.until("state", owner="closed"))["conversation"] == visitor.conversation
    await agent.send_json_to(words(visitor))
    assert (await agent.until("error"))["code"] == "closed"
    assert (await Conversation.objects.aget()).outcome == "solved"


async def test_a_note_is_for_agents_only_and_has_no_seq(chat, desk, aki):
    visitor, agent = await taken(chat, desk, aki)
    await agent.send_json_to(words(visitor, "note", "VIP"))
    note = await agent.until("note")
    assert (note["text"], note["name"]) == ("VIP", "Aki") and "seq" not in note
    await agent.send_json_to(words(visitor))
    assert (await visitor.heard(author="agent"))["text"] == "こんにちは"
    assert await AgentNote.objects.acount() == 1


async def test_an_agent_who_comes_back_hears_what_was_missed(chat, desk, aki):
    visitor, agent = await taken(chat, desk, aki)
    await agent.disconnect()
    await visitor.say("もしもし")
    seq = (await visitor.heard(author="customer", text="もしもし"))["seq"]
    opened = [{"conversation": visitor.conversation, "after": seq - 1}]
    back = await desk(aki, open=opened)
    assert (await back.heard())["text"] == "もしもし"
    assert (await back.until("state"))["owner"] == "agent"


async def test_typing_is_shown_to_the_other_side(chat, desk, aki):
    visitor, agent = await taken(chat, desk, aki)
    await agent.send_json_to(about(visitor, "typing"))
    assert await visitor.until("typing", author="agent")
    await visitor.send_json_to({"type": "typing"})
    frame = await agent.until("typing")
    assert frame == {
        "type": "typing",
        "conversation": visitor.conversation,
        "author": "customer",
    }


async def test_nobody_who_is_not_an_agent_hears_the_queue(chat, sockets, desk, alice, eri):
    await wants_a_person(chat)
    anonymous = await sockets(Desk)
    for stranger in (anonymous, await desk(alice), await desk(eri)):
        heard = []
        while not heard or heard[-1]["type"] != "websocket.close":
            heard.append(await stranger.receive_output(30))
        frames = [event["text"] for event in heard if event["type"] == "websocket.send"]
        assert len(frames) == 1 and '"not_agent"' in frames[0]
        assert heard[-1]["code"] == 4401


async def test_an_agent_whose_role_is_removed_is_closed(desk, aki, monkeypatch):
    monkeypatch.setattr(manners, "HEARTBEAT", 0.1)
    agent = await desk(aki)
    await agent.until("queue")
    await sync_to_async(aki.groups.clear)()
    assert (await agent.until("error"))["code"] == "not_agent"
    assert await agent.closed() == 4401


async def test_a_sign_of_life_says_how_far_each_conversation_goes(chat, desk, aki, monkeypatch):
    monkeypatch.setattr(manners, "HEARTBEAT", 0.1)
    visitor, agent = await taken(chat, desk, aki)
    row = await Conversation.objects.aget()
    beat = await agent.until("head", open=[{"conversation": visitor.conversation, "seq": row.head}])
    assert set(beat) == {"type", "open"}


async def test_what_no_push_told_is_told_with_the_next_sign_of_life(chat, desk, aki, monkeypatch):
    monkeypatch.setattr(manners, "HEARTBEAT", 0.1)
    visitor, agent = await taken(chat, desk, aki)
    row = await Conversation.objects.aget()
    monkeypatch.setattr(live, "send", lambda *_event: None)
    await sync_to_async(conversations.append)(row, author="customer", text="聞こえますか")
    assert (await agent.heard(author="customer", text="聞こえますか"))["seq"] == row.head + 1
    await Conversation.objects.aupdate(owner="queue", agent=None)
    await Handoff.objects.aupdate(accepted_at=None)
    waiting = (await agent.until("queue"))["waiting"]
    assert [one["conversation"] for one in waiting] == [visitor.conversation]
    assert (await agent.until("state"))["mine"] is False


async def test_the_state_tells_whose_it_is_and_who_the_customer_is(chat, desk, aki, eri, alice):
    await sync_to_async(make_agent)(eri)
    visitor, agent = await taken(chat, desk, aki)
    await agent.send_json_to({"type": "hello", "open": [about(visitor, "", after=0)]})
    state = await agent.until("state")
    assert (state["mine"], state["known"], state["name"]) == (True, False, "")
    await Conversation.objects.aupdate(customer=alice)
    colleague = await desk(eri, open=[{"conversation": visitor.conversation, "after": 0}])
    state = await colleague.until("state")
    assert (state["mine"], state["known"], state["name"]) == (False, True, alice.name)


async def test_both_windows_of_the_agent_learn_that_the_chat_is_theirs(chat, desk, aki):
    other_window = await desk(aki)
    await taken(chat, desk, aki)
    assert (await other_window.until("taken"))["mine"] is True


async def test_a_case_that_would_be_nobodys_is_refused_and_the_chat_goes_on(chat, desk, aki):
    visitor, agent = await taken(chat, desk, aki)
    await agent.send_json_to(about(visitor, "close", outcome="case"))
    assert (await agent.until("error"))["code"] == "not_offered"
    assert (await Conversation.objects.aget()).owner == "agent"


async def test_an_agent_asks_for_the_address_and_a_colleague_may_not(chat, desk, aki, eri):
    visitor, agent = await taken(chat, desk, aki)
    frame = about(visitor, "ask_email", id=str(uuid.uuid4()))
    for _twice in range(2):
        await agent.send_json_to(frame)
    asked = await visitor.heard(author="agent")
    assert asked["parts"] == [{"type": "prove_email"}] and "メールアドレス" in asked["text"]
    await sync_to_async(make_agent)(eri)
    colleague = await desk(eri)
    await colleague.send_json_to(about(visitor, "ask_email", id=str(uuid.uuid4())))
    assert (await colleague.until("error"))["code"] == "not_yours"
    assert await ChatMessage.objects.filter(author="agent").acount() == 1


async def test_a_broken_frame_at_the_desk_is_a_bad_frame(desk, aki):
    agent = await desk(aki)
    for text in ("{", '{"type":"take"}', '{"type":"hello","open":[7]}', '{"type":"close"}'):
        await agent.send_to(text_data=text)
        assert (await agent.until("error"))["code"] == "bad_frame"


def make_agent(person):
    """Let somebody work at the desk."""
    person.groups.add(Group.objects.get_or_create(name="agents")[0])
