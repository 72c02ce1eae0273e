"""Small things shared by many pages: topics, and words that mean the same."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import FieldPanel
from wagtail.models import TranslatableMixin


class Topic(TranslatableMixin, models.Model):  # type: ignore[django-manager-missing]
    """What a group of FAQ pages is about."""

    name = models.CharField(pgettext_lazy("topic", "name"), max_length=60)
    sort_order = models.PositiveSmallIntegerField(
        _("place in the list"), default=100, help_text=_("Topics with a smaller number come first.")
    )

    panels = [FieldPanel("name"), FieldPanel("sort_order")]
    # Sending a question to be translated takes its topic along; the topic of the other language
    # keeps its own name then, and is edited like any other.
    translatable_fields: ClassVar[list[object]] = []
    localize_default_translation_mode = "simple"

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["sort_order", "name"]

    def __str__(self) -> str:
        return self.name


class Synonym(models.Model):
    """Words that mean the same to this shop's customers, for one language."""

    locale = models.ForeignKey(
        "wagtailcore.Locale", verbose_name=_("language"), on_delete=models.CASCADE
    )
    words = models.TextField(
        _("words"),
        help_text=_(
            "One to a line. Whoever asks with one of them also finds what is written with another."
        ),
    )

    panels = [FieldPanel("locale"), FieldPanel("words")]

    class Meta:
        verbose_name = _("synonyms")
        verbose_name_plural = _("synonyms")
        ordering = ["locale", "words"]

    def __str__(self) -> str:
        return " = ".join(self.phrases)

    @property
    def phrases(self) -> list[str]:
        """The words, one a line, without empty ones."""
        return [line.strip() for line in self.words.splitlines() if line.strip()]
