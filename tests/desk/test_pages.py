"""The desk's pages: for agents, in their language, with the customer beside the chat."""

import re
import uuid

import pytest
from django.conf import settings

from bot import handoff
from bot.models import AgentNote
from portal.cases import services as cases
from portal.customers import services, timeline
from portal.desk import words
from tests.bot.cast import a_conversation, an_order


@pytest.fixture
def hers(alice):
    """Alice waits for a person."""
    conversation = a_conversation(alice)
    handoff.request(conversation, reason="asked")
    return conversation


def doors(conversation) -> list[str]:
    """Every page of the desk."""
    chat, customer = conversation.public_id, conversation.customer_id
    return [
        "/desk/",
        f"/desk/chats/{chat}/",
        f"/desk/chats/{chat}/about/",
        f"/desk/chats/{chat}/notes/",
        f"/desk/customer/{customer}/",
    ]


def test_an_agent_may_open_every_page(client, hers, aki):
    client.force_login(aki)
    assert [client.get(door).status_code for door in doors(hers)] == [200] * 5


@pytest.mark.parametrize("person", ["alice", "bob", "eri"])
def test_nobody_else_may_open_any(client, hers, person, request):
    client.force_login(request.getfixturevalue(person))
    for door in doors(hers):
        response = client.get(door)
        assert response.status_code == (403 if door == "/desk/" else 404)
        assert "alice@example.com" not in response.content.decode()


def test_a_stranger_is_asked_to_sign_in(client, hers):
    for door in doors(hers):
        response = client.get(door)
        assert response.status_code == 302
        assert "/sign-in/" in response["Location"]


def test_what_does_not_exist_is_not_found(client, aki):
    client.force_login(aki)
    for door in (f"chats/{uuid.uuid4()}/about/", f"chats/{uuid.uuid4()}/notes/", "customer/0/"):
        # A path that is not found is tried below the language first (LocaleMiddleware).
        assert client.get(f"/desk/{door}", follow=True).status_code == 404


def test_pages_of_the_desk_are_kept_by_no_cache(client, hers, aki):
    client.force_login(aki)
    for door in doors(hers):
        assert client.get(door)["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(("language", "title"), [("ja", "お待ちのお客さま"), ("en", "Waiting")])
def test_the_desk_speaks_the_agents_language(client, aki, language, title):
    aki.language = language
    aki.save()
    client.force_login(aki)
    assert title in client.get("/desk/").content.decode()


def test_the_desk_lists_the_agents_own_chats_only(client, hers, alice, bob, aki, eri):
    taken = a_conversation(bob)
    handoff.request(taken, reason="asked")
    handoff.accept(taken, agent=eri)
    handoff.accept(hers, agent=aki)
    client.force_login(aki)
    mine = client.get("/desk/").context["mine"]
    assert [row["conversation"] for row in mine] == [str(hers.public_id)]


def test_beside_the_chat_stand_the_customer_the_orders_and_the_history(client, hers, alice, aki):
    an_order(alice, "H-1001")
    services.prove(alice, kind="email", value="alice@example.com")
    timeline.record("chat.started", channel="chat", customer=alice)
    client.force_login(aki)
    response = client.get(f"/desk/chats/{hers.public_id}/about/")
    html = response.content.decode()
    assert "有栖 花" in html
    assert "H-1001" in html
    assert "煎茶 × 1" in html
    assert len(response.context["proofs"]) == 1
    assert len(response.context["history"]) == 2


def test_beside_the_chat_stand_the_customers_own_cases_only(client, hers, alice, bob, aki):
    said = {"body": "…", "topic": "other", "channel": "web"}
    cases.open_case(alice, subject="A chipped lid", **said)
    cases.open_case(bob, subject="Bob's question", **said)
    client.force_login(aki)
    html = client.get(f"/desk/chats/{hers.public_id}/about/").content.decode()
    assert "A chipped lid" in html
    assert "Bob&#x27;s question" not in html


def test_bobs_orders_are_not_shown_beside_alices_chat(client, hers, bob, aki):
    an_order(bob, "H-2002")
    client.force_login(aki)
    assert "H-2002" not in client.get(f"/desk/chats/{hers.public_id}/about/").content.decode()


def test_a_visitor_is_said_to_be_unproven(client, aki):
    conversation = a_conversation()
    handoff.request(conversation, reason="asked")
    client.force_login(aki)
    html = client.get(f"/desk/chats/{conversation.public_id}/about/").content.decode()
    assert "メールアドレスの確認が済むまで" in html


def test_the_summary_shows_what_was_said_as_text(client, aki):
    conversation = a_conversation()
    card = {"said": ["<img src=x onerror=alert(1)>"]}
    conversation.handoffs.create(reason="asked", card=card)
    client.force_login(aki)
    html = client.get(f"/desk/chats/{conversation.public_id}/about/").content.decode()
    assert "&lt;img src=x" in html
    assert "<img src=x" not in html


def test_notes_come_oldest_first(client, hers, aki):
    for text in ("first", "second"):
        AgentNote.objects.create(conversation=hers, client_id=uuid.uuid4(), agent=aki, text=text)
    client.force_login(aki)
    notes = client.get(f"/desk/chats/{hers.public_id}/notes/").json()["notes"]
    assert [note["text"] for note in notes] == ["first", "second"]
    assert notes[0]["name"] == "Aki"


def test_a_phone_number_is_shown_as_one_dials_it(client, alice, aki):
    alice.phone = "+819012345678"
    alice.save()
    client.force_login(aki)
    assert "090-1234-5678" in client.get(f"/desk/customer/{alice.pk}/").content.decode()


def test_a_customer_is_a_page_of_their_own_or_a_part_of_one(client, alice, aki):
    client.force_login(aki)
    whole = client.get(f"/desk/customer/{alice.pk}/").content.decode()
    part = client.get(f"/desk/customer/{alice.pk}/", headers={"HX-Request": "true"})
    assert "<html" in whole
    assert "<html" not in part.content.decode()


def test_the_pane_asks_no_more_of_the_database_for_more_orders(
    client, hers, alice, aki, django_assert_max_num_queries
):
    client.force_login(aki)
    for number in range(8):
        an_order(alice, f"H-{number}")
        timeline.record("chat.started", channel="chat", customer=alice)
    client.get("/desk/")
    with django_assert_max_num_queries(14):
        client.get(f"/desk/chats/{hers.public_id}/about/")


def test_the_history_leads_agents_to_what_was_said_in_a_chat_and_customers_not(
    client, hers, alice, aki
):
    place = {"conversation": str(hers.public_id)}
    timeline.record("chat.started", channel="chat", customer=alice, about=hers, data=place)
    client.force_login(aki)
    link = f'href="/desk/chats/{hers.public_id}/"'
    assert link in client.get(f"/desk/customer/{alice.pk}/").content.decode()
    client.force_login(alice)
    assert "/desk/" not in client.get("/ja/history/").content.decode()


def test_every_word_the_desks_scripts_say_is_there():
    static = settings.BASE_DIR / "portal" / "desk" / "static" / "desk"
    source = "".join(file.read_text() for file in static.glob("*.js"))
    said = set(re.findall(r"""say\("(\w+)\"""", source))
    assert len(said) > 15
    assert said <= words.words().keys()


def test_every_reason_the_bot_gives_is_said_in_words():
    assert words.reason("asked") != words.reason("misses")
    assert words.reason("never heard of") == words.reason("asked")
