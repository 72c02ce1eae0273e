"""One turn of the bot: what is decided, which actions run, what comes of it."""

from bot.engine.responses import Utterance


def greeting(language: str) -> Utterance:
    """Return how the bot greets."""
    if language == "ja":
        return Utterance(
            "こんにちは。自動でお答えする案内係です。",
            [
                {
                    "type": "buttons",
                    "buttons": [
                        {"title": "注文の状況", "payload": "/order_status"},
                        {"title": "担当者と話す", "payload": "/talk_to_person"},
                    ],
                }
            ],
        )
    return Utterance(
        "Hello, I am the shop's assistant, a bot.",
        [
            {
                "type": "buttons",
                "buttons": [
                    {"title": "Where is my order?", "payload": "/order_status"},
                    {"title": "Talk to a person", "payload": "/talk_to_person"},
                ],
            }
        ],
    )
