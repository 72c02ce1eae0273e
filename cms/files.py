"""Reading the CSV files of this room: UTF-8 with or without BOM, or CP932 as Excel writes it."""

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.utils.translation import gettext as _


class UnreadableFile(Exception):
    """A file that is not there, is no text or has other columns."""


def rows(path: str | Path, columns: Iterable[str]) -> list[tuple[int, dict[str, str]]]:
    """Return (line, row) of each row, values without spaces around them.

    ``line`` is where the row begins, the header being line 1. Raises UnreadableFile when the file
    cannot be read or lacks one of ``columns``; other columns are kept.
    """
    reader = csv.DictReader(io.StringIO(_text(Path(path)), newline=""), restkey="", restval="")
    try:
        missing = [name for name in columns if name not in (reader.fieldnames or ())]
        found = list(_numbered(reader))
    except csv.Error as error:
        raise UnreadableFile(_("this is not a CSV file")) from error
    if missing:
        raise UnreadableFile(_("columns are missing: %(names)s") % {"names": ", ".join(missing)})
    return found


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(_("the file cannot be read")) from error
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(_("the text is neither UTF-8 nor CP932"))


def _numbered(reader: "csv.DictReader[str]") -> Iterator[tuple[int, dict[str, str]]]:
    line = reader.line_num + 1
    for row in reader:
        yield line, {name: value.strip() for name, value in row.items() if name}
        line = reader.line_num + 1
