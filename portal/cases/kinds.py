"""The touchpoints this room records."""

from portal.customers.kinds import Direction, Kind, Stage, register

KINDS = {
    "case.opened": Kind(Stage.SUPPORT, Direction.IN),
    "case.replied": Kind(Stage.SUPPORT, Direction.IN),
    "case.answered": Kind(Stage.SUPPORT, Direction.OUT),
    "case.promise_moved": Kind(Stage.SUPPORT, Direction.OUT),
    "case.noted": Kind(Stage.SUPPORT, Direction.OUT, visible=False),
    "case.assigned": Kind(Stage.SUPPORT, Direction.OUT, visible=False),
    "case.solved": Kind(Stage.SUPPORT, Direction.OUT),
    "case.reopened": Kind(Stage.SUPPORT, Direction.IN),
    "case.rated": Kind(Stage.SUPPORT, Direction.IN),
}

register(KINDS)
