"""Messages keep their order and are stored once, whoever writes at the same time."""

import threading
import uuid

import pytest
from django.db import connection

from bot import conversations
from bot.conversations import Member
from bot.models import ChatMessage, Conversation
from portal.customers.models import Touchpoint
from portal.flow import WrongMove
from tests.bot.cast import a_conversation, of


def together(*jobs):
    """Do the jobs in threads that start at the same instant; return what they raised."""
    barrier, raised = threading.Barrier(len(jobs)), []

    def run(job):
        barrier.wait()
        try:
            job()
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


@pytest.mark.django_db(transaction=True)
def test_many_who_write_at_once_leave_no_gap_and_no_double():
    chat = a_conversation()

    def ten():
        for number in range(10):
            conversations.append(chat, author="customer", text=str(number), client_id=uuid.uuid4())

    assert together(*[ten] * 4) == []
    seqs = list(chat.messages.order_by("id").values_list("seq", flat=True))
    assert sorted(seqs) == list(range(1, 41))
    assert of(chat).next_seq == 41


@pytest.mark.django_db(transaction=True)
def test_the_same_id_from_many_at_once_is_one_row_and_takes_one_seq():
    chat, same = a_conversation(), uuid.uuid4()

    def once():
        conversations.append(chat, author="customer", text="x", client_id=same)

    assert together(*[once] * 4) == []
    assert chat.messages.count() == 1
    assert of(chat).next_seq == 2


@pytest.mark.django_db
def test_a_repeated_id_brings_the_stored_message_whatever_is_said_now():
    chat, same = a_conversation(), uuid.uuid4()
    first, is_new = conversations.append(chat, author="customer", text="one", client_id=same)
    again, is_new_again = conversations.append(chat, author="customer", text="two", client_id=same)
    assert (is_new, is_new_again) == (True, False)
    assert (again.pk, again.text) == (first.pk, "one")


@pytest.mark.django_db
def test_a_repeated_id_is_still_known_after_the_end():
    chat, same = a_conversation(), uuid.uuid4()
    conversations.append(chat, author="customer", text="one", client_id=same)
    Conversation.objects.update(owner="closed")
    assert conversations.append(chat, author="customer", text="x", client_id=same).is_new is False
    with pytest.raises(conversations.Closed):
        conversations.append(chat, author="customer", text="x", client_id=uuid.uuid4())


@pytest.mark.django_db
def test_the_bot_may_not_write_where_it_is_no_longer_the_owner():
    chat = a_conversation(owner="agent", epoch=2)
    with pytest.raises(WrongMove):
        conversations.append(chat, author="bot", text="late", owners=("bot",), where={"epoch": 0})
    assert not ChatMessage.objects.exists()
    assert of(chat).next_seq == 1


@pytest.mark.django_db
def test_only_what_the_bot_is_to_answer_is_heard_in_an_epoch():
    bots, agents = a_conversation(epoch=4), a_conversation(owner="agent")
    heard = conversations.append(bots, author="customer", text="x", client_id=uuid.uuid4())
    other = conversations.append(agents, author="customer", text="x", client_id=uuid.uuid4())
    assert (heard.message.heard_in, other.message.heard_in) == (4, None)


@pytest.mark.django_db
def test_a_page_is_the_200_newest_after_a_seq():
    chat = a_conversation(next_seq=251)
    ChatMessage.objects.bulk_create(
        ChatMessage(conversation=chat, seq=n, author="agent", text=str(n)) for n in range(1, 251)
    )
    rows, more = conversations.since(chat, 0)
    assert [row.seq for row in rows] == list(range(51, 251)) and more
    rows, more = conversations.since(chat, 240)
    assert [row.seq for row in rows] == list(range(241, 251)) and not more


@pytest.mark.django_db
def test_nobody_finds_a_conversation_of_somebody_else(alice, bob):
    hers = a_conversation(alice, visitor="browser-a")
    visitors_own = a_conversation(visitor="browser-v")
    for stranger in (Member("browser-b", bob), Member("browser-v"), Member("browser-x")):
        assert conversations.find(stranger, hers.public_id) is None
    assert conversations.find(Member("browser-x"), visitors_own.public_id) is None
    assert conversations.find(Member("any", alice), hers.public_id) == hers
    assert conversations.find(Member("browser-v"), None) == visitors_own


@pytest.mark.django_db
def test_the_browser_alone_no_longer_opens_what_a_customer_has_proven(alice):
    hers = a_conversation(alice, visitor="browser-a")
    assert conversations.find(Member("browser-a"), hers.public_id) is None


@pytest.mark.django_db
def test_two_tabs_that_open_together_talk_in_the_same_conversation():
    member = Member("browser-v")
    one = conversations.draft(member, language="ja")
    two = conversations.draft(member, language="en")
    assert one.public_id == two.public_id
    first = conversations.begin(one, greeting="こんにちは", parts=[])
    second = conversations.begin(two, greeting="Hello", parts=[])
    assert first == second
    assert [row.text for row in first.messages.all()] == ["こんにちは"]
    assert Touchpoint.objects.filter(kind="chat.started").count() == 1
    assert conversations.draft(member, language="ja").public_id != one.public_id


@pytest.mark.django_db
def test_what_the_browser_said_becomes_the_customers(alice):
    chat = conversations.begin(
        conversations.draft(Member("browser-a"), language="ja"), greeting="x", parts=[]
    )
    assert conversations.adopt(Member("browser-a", alice)) == 1
    assert of(chat).customer == alice
    assert Touchpoint.objects.get(kind="chat.started").customer == alice
    assert conversations.adopt(Member("browser-a", alice)) == 0


@pytest.mark.django_db
def test_an_erased_persons_chat_is_not_given_to_who_comes_with_their_browser(alice):
    member = Member("browser-v")
    old = conversations.begin(conversations.draft(member, language="ja"), greeting="x", parts=[])
    Conversation.objects.update(customer=alice, visitor="")
    again = conversations.draft(member, language="ja")
    assert again.public_id != old.public_id


@pytest.mark.django_db
def test_a_tab_that_has_proven_nothing_does_not_speak_in_the_customers_chat(alice):
    early = conversations.draft(Member("browser-v"), language="ja")
    conversations.begin(early, greeting="x", parts=[])
    conversations.adopt(Member("browser-v", alice))
    late = Conversation(public_id=early.public_id, visitor="browser-v", language="ja")
    with pytest.raises(WrongMove):
        conversations.begin(late, greeting="x", parts=[])
