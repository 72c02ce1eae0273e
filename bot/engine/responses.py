"""What the bot says, from the `responses` of domain.yml: the SDK does not render them."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Utterance:
    """One bot message: never without text."""

    text: str
    parts: list[dict[str, Any]] = field(default_factory=list)
