"""The rasa_sdk actions: in process, and served to a Rasa of one's own."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from bot.actions import ACTIONS
from bot.engine import actions
from bot.understanding import rasa_files
from tests.bot.cast import a_conversation, an_order
from tests.harness import services

ROOT = Path(settings.BASE_DIR)


def tracker(sender: str = "somebody", text: str = "", intent: str = "", **slots) -> dict:
    """What Rasa sends along with an action."""
    return {
        "sender_id": sender,
        "slots": {"language": "en", **slots},
        "latest_message": {
            "text": text,
            "intent": {"name": intent, "confidence": 1.0},
            "intent_ranking": [{"name": intent, "confidence": 1.0}] if intent else [],
            "entities": [],
        },
        "events": [],
        "paused": False,
        "active_loop": {},
        "latest_action_name": None,
    }


def test_every_action_of_the_domain_is_there_and_no_other():
    assert {action().name() for action in ACTIONS} == set(rasa_files.domain().actions)


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(rasa_files.domain().actions))
def test_every_action_works_without_a_conversation(name):
    actions.run(name, tracker(text="hello", intent="order_status"))


@pytest.mark.django_db
def test_a_sender_that_is_no_conversation_of_ours_is_a_stranger(alice):
    an_order(alice, "H-1001")
    for sender in ("somebody", alice.email, str(alice.pk)):
        _, (message,) = actions.run("action_order_status", tracker(sender))
        assert message["response"] == "utter_ask_email_proven"


@pytest.mark.django_db
def test_a_slot_that_claims_a_proof_proves_nothing(alice):
    an_order(alice, "H-1001")
    claims = tracker(email_proven=True, order_number="H-1001", confirm=True)
    _, (message,) = actions.run("action_cancel_order", claims)
    assert "Nothing was cancelled" in message["text"]


@pytest.mark.django_db
def test_the_form_is_told_by_its_own_customer_only(alice, bob):
    an_order(alice, "H-1001")
    told = tracker(str(a_conversation(bob).public_id))
    told["events"] = [{"event": "slot", "name": "order_number", "value": "H-1001"}]
    events, (message,) = actions.run("validate_cancel_order_form", told)
    assert {"event": "slot", "timestamp": None, "name": "order_number", "value": None} in events
    assert "could not find" in message["text"]


@pytest.mark.django_db
def test_a_number_is_found_however_it_is_written(alice):
    an_order(alice, "H-1001")
    told = tracker(str(a_conversation(alice).public_id))
    told["events"] = [{"event": "slot", "name": "order_number", "value": "h-1001"}]
    events, _ = actions.run("validate_cancel_order_form", told)
    values = {event["name"]: event["value"] for event in events}
    assert values["order_number"] == "H-1001"
    assert "¥1,980" in values["order_summary"]


@pytest.mark.django_db
def test_running_an_action_leaves_the_tracker_as_it_was(alice):
    told = tracker(str(a_conversation(alice).public_id), order_number="H-1")
    told["events"] = [{"event": "slot", "name": "order_number", "value": "H-1"}]
    before = json.dumps(told)
    actions.run("validate_cancel_order_form", told)
    assert json.dumps(told) == before


@pytest.mark.django_db
@pytest.mark.parametrize(("hours", "words"), [([], "getting a person"), ([(1, 1)], "in line")])
def test_a_handover_says_when_somebody_is_there(hours, words, monkeypatch):
    from portal.shop import hours as shop_hours

    monkeypatch.setattr(shop_hours, "is_open", lambda: False)
    monkeypatch.setattr(shop_hours, "next_opening", lambda: hours or None)
    events, (message,) = actions.run("action_hand_over", tracker())
    assert words in message["text"]
    assert [event["event"] for event in events] == ["pause"]


@pytest.mark.django_db
def test_in_doubt_three_meanings_and_none_of_these_are_offered():
    asked = tracker(text="tea")
    asked["latest_message"]["intent_ranking"] = [
        {"name": name, "confidence": 0.2}
        for name in ("greet", "order_status", "cancel_order", "return_order", "shipping_fee")
    ]
    _, (message,) = actions.run("action_default_fallback", asked)
    assert [button["payload"] for button in message["buttons"]] == [
        "/order_status",
        "/cancel_order",
        "/return_order",
        "/deny",
    ]


@pytest.mark.django_db(transaction=True)
def test_rasa_sdk_serves_the_actions(alice):
    an_order(alice, "H-1001", status="shipped")
    hers = a_conversation(alice)
    port = services.free_port()
    command = [sys.executable, "-m", "rasa_sdk", "--actions", "bot.actions", "--port", str(port)]
    server = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "DEBUG": "1", "DATABASE_URL": _test_database()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        assert services.wait_for_port(port, seconds=60)
        stranger = post(port, "action_order_status", tracker("somebody"))
        assert stranger["responses"][0]["response"] == "utter_ask_email_proven"
        known = post(port, "action_order_status", tracker(str(hers.public_id)))
        assert "H-1001" in known["responses"][0]["text"]
    finally:
        # Sanic's workers with it.
        os.killpg(server.pid, signal.SIGKILL)
        server.wait(20)


def post(port: int, action: str, state: dict) -> dict:
    """Ask the action server as Rasa does."""
    body = {
        "next_action": action,
        "sender_id": state["sender_id"],
        "tracker": state,
        "domain": rasa_files.domain().raw,
        "version": "3.6.21",
    }
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/webhook",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    end = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.URLError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def _test_database() -> str:
    """Return the URL of the database this test runs on."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    host = known["OPTIONS"].get("host") or known["HOST"]
    if host.startswith("/"):
        return f"postgres://{known['USER']}@/{known['NAME']}?host={host}"
    where = f"{host}:{known['PORT']}" if known["PORT"] else host
    return f"postgres://{known['USER']}:{known['PASSWORD']}@{where}/{known['NAME']}"


async def test_an_action_is_a_coroutine_so_that_the_sdk_can_serve_it():
    assert all(asyncio.iscoroutinefunction(action().run) for action in ACTIONS)
