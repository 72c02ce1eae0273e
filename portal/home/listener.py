"""The live listener: open pages of the customer learn what changed, by name."""

from portal import live
from portal.customers.models import Touchpoint


def on_touchpoint(touchpoint: Touchpoint) -> None:
    """Push the names of what `touchpoint` changed to the customer's open pages."""
    if touchpoint.customer_id is None or not touchpoint.visible:
        return
    names = ["history", "bell"]
    number = touchpoint.data.get("order")
    if number:
        names.insert(0, f"order.{number}")
    case = touchpoint.data.get("case")
    if case:
        names.insert(0, f"case.{case}")
    live.push(live.customer_group(touchpoint.customer_id), names)
