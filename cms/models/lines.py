"""A text of which each line stands for itself, also for translators."""

import hashlib
from typing import Any

from django.db import models
from wagtail_localize.segments import StringSegmentValue


class LinesField(models.TextField):
    """Lines, translated one by one: the translate screens know no line breaks within a text."""

    def deconstruct(self) -> Any:
        """Stand in migrations as the TextField it is in the database."""
        name, _path, args, keywords = super().deconstruct()
        return name, "django.db.models.TextField", args, keywords

    def get_translatable_segments(self, value: str) -> list[StringSegmentValue]:
        """Return a segment a line, told apart by its words: a line that moves stays translated."""
        lines = dict.fromkeys(line.strip() for line in value.splitlines() if line.strip())
        return [StringSegmentValue(_key(line), line, order=n) for n, line in enumerate(lines)]

    def restore_translated_segments(self, value: str, segments: list[StringSegmentValue]) -> str:
        """Put the translated lines together, in the order of the source."""
        in_order = sorted(segments, key=lambda segment: segment.order)
        return "\n".join(segment.render_text() for segment in in_order)


def _key(line: str) -> str:
    return hashlib.sha1(line.encode(), usedforsecurity=False).hexdigest()[:12]
