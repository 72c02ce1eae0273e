"""A page with a time set comes and goes by itself."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from cms import tasks
from cms.answers import find_answers
from cms.models import FAQPage
from portal.celery import app

pytestmark = pytest.mark.django_db
OURS = "cms.tasks.publish_scheduled"


def found() -> bool:
    """Tell whether the search and the bot know the question about returns."""
    return any("返品できる条件" in answer.title for answer in find_answers("返品", "ja"))


def test_it_comes_when_its_time_has_come_and_goes_when_it_is_over(faqs, returns_ja):
    returns_ja.unpublish()
    for minutes, is_found in ((1, False), (-1, True)):
        returns_ja.go_live_at = timezone.now() + timedelta(minutes=minutes)
        returns_ja.save_revision(approved_go_live_at=returns_ja.go_live_at)
        tasks.publish_scheduled()
        assert found() is is_found
    FAQPage.objects.filter(pk=returns_ja.pk).update(expire_at=timezone.now())
    tasks.publish_scheduled()
    assert not found()


def test_beat_looks_every_minute():
    (ours,) = [each for each in settings.CELERY_BEAT_SCHEDULE.values() if each["task"] == OURS]
    assert ours["schedule"] <= 60


def test_everything_beat_asks_for_exists():
    app.loader.import_default_modules()
    asked = {each["task"] for each in settings.CELERY_BEAT_SCHEDULE.values()}
    assert asked <= set(app.tasks)
