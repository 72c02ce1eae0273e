"""The touchpoint kinds this room records."""

from portal.customers.kinds import Direction, Kind, Stage, register

KINDS: dict[str, Kind] = {
    "faq.voted": Kind(Stage.SUPPORT, Direction.IN, visible=False),
}

register(KINDS)
