"""The touchpoint kinds the chat records; not one for each message."""

from portal.customers.kinds import Direction, Kind, Stage, register

KINDS: dict[str, Kind] = {
    "chat.started": Kind(Stage.SUPPORT, Direction.IN),
    "chat.handed_over": Kind(Stage.SUPPORT, Direction.IN),
    "chat.closed": Kind(Stage.SUPPORT, Direction.OUT),
    "chat.rated": Kind(Stage.SUPPORT, Direction.IN),
}

register(KINDS)
