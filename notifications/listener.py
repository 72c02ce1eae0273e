"""The listener of this room: what happened becomes a notification, if its kind is told."""

from notifications import services
from portal.customers.models import Touchpoint


def on_touchpoint(touchpoint: Touchpoint) -> None:
    """Tell the customer of ``touchpoint`` the way they asked for."""
    services.tell(touchpoint)
