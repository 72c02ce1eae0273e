"""Template filters of orders: `{% load orders %}`."""

from datetime import datetime

from django import template

register = template.Library()


@register.filter
def iso(text: str) -> datetime:
    """Read a time out of a touchpoint's data, where it is an ISO 8601 text."""
    return datetime.fromisoformat(text)
