"""Finding every text of the portal, and the catalogues of their translations.

Each room keeps its own catalogue in `<room>/locale/ja/LC_MESSAGES/django.po`; texts in the code
are English. Babel reads and writes them, so that no machine needs the gettext programs.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation import templatize

KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "npgettext": ((1, "c"), 2, 3),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
SKIPPED = {"migrations", "node_modules", "vendor"}


@dataclass(frozen=True)
class Text:
    """A text found in the code: its id (a pair where there is a plural), context and place."""

    id: str | tuple[str, str]
    context: str | None
    file: Path
    line: int


def rooms() -> list[Path]:
    """Return the folders that keep a catalogue of their own, inner rooms before outer ones."""
    base: Path = settings.BASE_DIR
    inner = ["shop", "customers", "cases", "home", "desk"]
    names = [*(f"portal/{name}" for name in inner), "portal", "orders", "cms", "bot"]
    return [base / name for name in [*names, "notifications"] if (base / name).is_dir()]


def catalogue(room: Path) -> Path:
    """Return where the Japanese of a room is kept."""
    return room / "locale" / "ja" / "LC_MESSAGES" / "django.po"


def texts(room: Path) -> Iterator[Text]:
    """Yield every text marked for translation in the Python and template files of a room."""
    others = [other for other in rooms() if other != room and room in other.parents]
    for file in sorted([*room.rglob("*.py"), *room.rglob("*.html"), *room.rglob("*.txt")]):
        if SKIPPED & set(file.parts) or any(other in file.parents for other in others):
            continue
        if file.suffix == ".py":
            yield from _of_source(file, file.read_bytes())
        elif "templates" in file.parts:
            source = templatize(file.read_text(encoding="utf-8"), origin=str(file))
            # What is left of a template is indented at will, which Python's tokenizer refuses.
            flat = "\n".join(line.lstrip() for line in source.splitlines())
            yield from _of_source(file, flat.encode())


def _of_source(file: Path, source: bytes) -> Iterator[Text]:
    found = extract("python", io.BytesIO(source), keywords=KEYWORDS)
    for line, message, _comments, context in found:
        if message:
            text = message if isinstance(message, str) else (message[0], message[1])
            yield Text(text, context, file, line)


def read(room: Path) -> Catalog:
    """Return the room's catalogue, empty if there is none yet."""
    path = catalogue(room)
    if not path.exists():
        return Catalog(locale="ja", project="Madoguchi", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale="ja")


def untranslated(room: Path) -> list[Text]:
    """Return the texts of a room that have no Japanese, or only a fuzzy one."""
    known = read(room)

    def missing(text: Text) -> bool:
        entry = known.get(text.id if isinstance(text.id, str) else text.id[0], text.context)
        if entry is None or entry.fuzzy:
            return True
        strings = [entry.string] if isinstance(entry.string, str) else entry.string
        return not strings or not all(strings)

    return [text for text in texts(room) if missing(text)]


def update(room: Path) -> int:
    """Bring the room's catalogue in line with its texts; return how many still lack Japanese."""
    template = Catalog(locale="ja", project="Madoguchi", fuzzy=False)
    for text in texts(room):
        place = (str(text.file.relative_to(settings.BASE_DIR)), 0)
        template.add(text.id, context=text.context, locations=[place])
    if not len(template):
        return 0
    known = read(room)
    known.update(template, no_fuzzy_matching=True, update_creation_date=False)
    known.obsolete.clear()
    known.header_comment = f"# Japanese of {room.name}."
    path = catalogue(room)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, known, width=100, sort_output=True, include_lineno=False)
    return len(untranslated(room))
