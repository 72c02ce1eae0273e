"""Reading the demo world's files."""

import csv
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent


def load(name: str) -> Any:
    """Return what a YAML file of the demo world holds."""
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


def faqs(language: str) -> list[dict[str, str]]:
    """Return the FAQs of a language, one dict a row."""
    with (FOLDER / f"faqs.{language}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
