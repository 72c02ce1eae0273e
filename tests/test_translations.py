"""Every text has its Japanese."""

import pytest
from django.conf import settings

from portal.management import messages


@pytest.mark.parametrize(
    "room", messages.rooms(), ids=lambda room: str(room.relative_to(settings.BASE_DIR))
)
def test_every_text_of_a_room_is_translated(room):
    missing = [f"{text.file.name}:{text.line} {text.id!r}" for text in messages.untranslated(room)]
    assert not missing


def test_texts_are_found_in_code_and_templates():
    found = {str(text.id) for room in messages.rooms() for text in messages.texts(room)}
    assert len(found) > 50
