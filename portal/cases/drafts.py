"""Inquiries of people who are not signed in, kept until they have proven their e-mail."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from portal.cases import services
from portal.cases.models import Case, Draft, DraftFile
from portal.customers.kinds import Channel
from portal.customers.models import Customer, Identity
from portal.uploads import Upload

KEPT_FOR = timedelta(days=1)


@transaction.atomic
def keep(*, email: str, values: dict[str, str], files: Sequence[Upload]) -> Draft:
    """Keep an inquiry with its files; ``values`` are topic, subject and body."""
    draft = Draft.objects.create(email=email, values=values)
    for file in files:
        row = DraftFile(draft=draft, name=file.name, media=file.media)
        row.file.save(file.name, file.content, save=False)
        row.save()
    return draft


def finish(key: Any, *, customer: Customer) -> Case | None:
    """Make the draft a case of who has proven its address; None if there is none for them."""
    with transaction.atomic():
        draft = Draft.objects.select_for_update().filter(key=key).first()
        if draft is None or not _is_proven(customer, draft.email):
            return None
        files = list(draft.files.all())
        case = services.open_case(
            customer, channel=Channel.WEB, files=[_read(row) for row in files], **draft.values
        )
        _drop(draft, files)
    return case


def _is_proven(customer: Customer, email: str) -> bool:
    proven = customer.identities.filter(kind=Identity.Kind.EMAIL, verified_at__isnull=False)
    return proven.filter(value=email).exists()


def _read(row: DraftFile) -> Upload:
    with row.file.open("rb") as file:
        return Upload(row.name, row.media, ContentFile(file.read()))


def _drop(draft: Draft, files: Sequence[DraftFile]) -> None:
    draft.delete()
    for row in files:
        transaction.on_commit(partial(row.file.storage.delete, str(row.file.name)))


def sweep() -> int:
    """Drop drafts that nobody finished, with their files; return how many."""
    old = list(Draft.objects.filter(created_at__lt=timezone.now() - KEPT_FOR)[:500])
    for draft in old:
        with transaction.atomic():
            _drop(draft, list(draft.files.all()))
    return len(old)
