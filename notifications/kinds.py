"""The touchpoints this room records."""

from portal.customers.kinds import Direction, Kind, Stage, register

KINDS = {
    # data: {"topic", "channel", "wanted"}; the channel in data is the one told over.
    "notification.preferred": Kind(Stage.SUPPORT, Direction.IN),
}

register(KINDS)
