"""Where an order goes, written as its country writes addresses; whole, or masked.

Masked is for whoever opened a page by a link in a mail and has not proven the address.
"""

from typing import Any

_JAPAN = ("", "JP", "JPN", "Japan", "日本")
_HIDDEN = "…"


def lines(destination: dict[str, Any]) -> list[str]:
    """Return the lines of an address (a UCP postal address); none for an empty one."""
    if not destination:
        return []
    if destination.get("address_country", "") in _JAPAN:
        found = [_postal_mark(_get(destination, "postal_code")), _japanese_place(destination)]
        name = _joined(destination, "last_name", "first_name")
        found += [_get(destination, "extended_address"), f"{name} 様" if name else ""]
    else:
        found = [
            _joined(destination, "first_name", "last_name"),
            _joined(destination, "extended_address", "street_address", between=", "),
            _joined(destination, "address_locality", "address_region", "postal_code"),
            _get(destination, "address_country"),
        ]
    return [line for line in found if line]


def masked(destination: dict[str, Any]) -> list[str]:
    """Return only what tells the owner which address it is: region and place, no street."""
    if not destination:
        return []
    code = _get(destination, "postal_code")
    place = _joined(destination, "address_region", "address_locality")
    return [line for line in (_postal_mark(code[:3] + _HIDDEN) if code else "", place) if line]


def _japanese_place(destination: dict[str, Any]) -> str:
    parts = [_get(destination, f"address_{name}") for name in ("region", "locality")]
    parts.append(_get(destination, "street_address"))
    # Written without spaces in Japanese letters, with spaces in Latin ones.
    between = " " if all(part.isascii() for part in parts) else ""
    return between.join(part for part in parts if part)


def _postal_mark(code: str) -> str:
    return f"〒{code}" if code else ""


def _joined(destination: dict[str, Any], *names: str, between: str = " ") -> str:
    return between.join(part for name in names if (part := _get(destination, name)))


def _get(destination: dict[str, Any], name: str) -> str:
    return str(destination.get(name) or "").strip()
