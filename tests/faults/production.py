"""Production settings for the test of all processes: as they are, but files lie in its folder."""

import os
from pathlib import Path

from portal.settings import *  # noqa: F403

_FOLDER = Path(os.environ["TEST_FOLDER"])
STATIC_ROOT = _FOLDER / "static"
MEDIA_ROOT = _FOLDER / "media"
PRIVATE_ROOT = _FOLDER / "private"
CELERY_BEAT_SCHEDULE_FILENAME = str(_FOLDER / "beat")
