"""Sockets for the tests of the desk."""

from tests.bot.chatter import chat, desk, sockets

__all__ = ["chat", "desk", "sockets"]
