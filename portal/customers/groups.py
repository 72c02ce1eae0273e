"""The groups of staff. What a group may do beyond its doors is given by the rooms (see cms)."""

from django.contrib.auth.models import Group

AGENTS = "agents"
EDITORS = "editors"
MANAGERS = "managers"
ALL = (AGENTS, EDITORS, MANAGERS)


def lay_out() -> None:
    """Make sure every group exists; harmless when repeated."""
    for name in ALL:
        Group.objects.get_or_create(name=name)
