"""What a touchpoint kind is, and the kinds this room records.

Each room lists its own in `kinds.py`; they are found when Django starts.
"""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    """Journey stage: where on the way with us a touchpoint lies."""

    AWARENESS = "awareness", _("awareness")
    CONSIDERATION = "consideration", _("consideration")
    PURCHASE = "purchase", _("purchase")
    DELIVERY = "delivery", _("delivery")
    USE = "use", _("use")
    SUPPORT = "support", _("support")
    RENEWAL = "renewal", _("renewal")


class Channel(models.TextChoices):
    """Where it happened."""

    WEB = "web", _("web site")
    CHAT = "chat", _("chat")
    EMAIL = "email", _("e-mail")
    PHONE = "phone", _("phone")
    LINE = "line", _("LINE")
    STORE = "store", _("store")
    SYSTEM = "system", _("automatic")


class Direction(models.TextChoices):
    """Who turned to whom."""

    IN = "in", _("from the customer")
    OUT = "out", _("from us")


@dataclass(frozen=True)
class Kind:
    """What holds for all touchpoints of a kind, so that no call site types it."""

    stage: Stage
    direction: Direction
    visible: bool = True


KINDS: dict[str, Kind] = {
    "customer.signed_in": Kind(Stage.SUPPORT, Direction.IN, visible=False),
    "customer.proven": Kind(Stage.SUPPORT, Direction.IN, visible=False),
    "customer.passkey_added": Kind(Stage.SUPPORT, Direction.IN),
    "customer.passkey_removed": Kind(Stage.SUPPORT, Direction.IN),
    "customer.consented": Kind(Stage.SUPPORT, Direction.IN),
    "customer.erased": Kind(Stage.SUPPORT, Direction.IN, visible=False),
    "customer.merged": Kind(Stage.SUPPORT, Direction.OUT, visible=False),
    # Made elsewhere, by phone or in the store, and told us by the shop's own system.
    "contact.received": Kind(Stage.SUPPORT, Direction.IN),
    "contact.made": Kind(Stage.SUPPORT, Direction.OUT),
}

_known: dict[str, Kind] = {}


def register(kinds: dict[str, Kind]) -> None:
    """Add a room's kinds. Raises ValueError for one that another room has."""
    for name, kind in kinds.items():
        if _known.get(name, kind) != kind:
            raise ValueError(f"touchpoint kind {name} is registered twice")
        _known[name] = kind


def get(name: str) -> Kind:
    """Return the kind called ``name``; raises KeyError if no room lists it."""
    return _known[name]


def known() -> dict[str, Kind]:
    """Return all kinds by name."""
    return dict(_known)


register(KINDS)
