"""What cases hold about a customer: that something was asked stays, the words and files go."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from portal.cases.models import Attachment, Case, CaseMessage, Draft, DraftFile
from portal.customers.privacy import Held, OnErase, register

_LASTS = timedelta(days=3 * 365)
_DRAFTS_LAST = timedelta(days=7)

register(
    Held(
        Case,
        _("Inquiries (stay as a count only)"),
        lambda customer: Case.objects.of(customer),
        OnErase.BLANK,
        export=("number", "opened_at", "topic", "subject", "status", "solved_at"),
        blank={"subject": ""},
        lasts=_LASTS,
        dated="opened_at",
    ),
    Held(
        CaseMessage,
        _("What was written in inquiries"),
        lambda customer: CaseMessage.objects.filter(case__customer=customer),
        OnErase.BLANK,
        export=("case__number", "at", "by", "body"),
        staff_only={"internal": True},
        blank={"body": "", "email_message_id": ""},
        lasts=_LASTS,
        dated="at",
    ),
    Held(
        Attachment,
        _("Files you sent us"),
        lambda customer: Attachment.objects.filter(message__case__customer=customer),
        OnErase.DROP,
        export=("message__case__number", "name", "media", "size"),
        staff_only={"message__internal": True},
        files=("file",),
        lasts=_LASTS,
        dated="message__at",
    ),
    Held(
        Draft,
        "",
        lambda customer: Draft.objects.filter(email=customer.email or "-"),
        OnErase.DROP,
        lasts=_DRAFTS_LAST,
        dated="created_at",
    ),
    Held(
        DraftFile,
        "",
        lambda customer: DraftFile.objects.filter(draft__email=customer.email or "-"),
        OnErase.DROP,
        files=("file",),
        lasts=_DRAFTS_LAST,
        dated="draft__created_at",
    ),
)
