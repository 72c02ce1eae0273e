"""What is kept beside the pages: whether an answer helped, and how new the index must be."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class HelpfulVote(models.Model):
    """Somebody's word on whether one revision of an answer helped."""

    page = models.ForeignKey("cms.FAQPage", on_delete=models.CASCADE, related_name="votes")
    revision = models.ForeignKey(
        "wagtailcore.Revision", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    helpful = models.BooleanField(_("helpful"))
    # A keyed hash that recognises a second vote on the same page, and nothing else.
    voter = models.CharField(max_length=64)
    voted_at = models.DateTimeField(_("voted at"), default=timezone.now)

    class Meta:
        verbose_name = _("helpful vote")
        verbose_name_plural = _("helpful votes")
        constraints = [
            models.UniqueConstraint(fields=["page", "revision", "voter"], name="vote_once")
        ]

    def __str__(self) -> str:
        return f"{'+' if self.helpful else '-'} #{self.page_id}"


class IndexVersion(models.Model):
    """When the answers of a language last changed; an index with another number is old."""

    language = models.CharField(max_length=10, unique=True)
    version = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.language} {self.version}"
