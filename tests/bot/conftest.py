"""Sockets for the tests of the chat."""

from tests.bot.chatter import chat, desk, sockets

__all__ = ["chat", "desk", "sockets"]
