"""Questions with their answers, which the help pages show and the bot says."""

import re
from collections.abc import Iterable
from html import unescape
from typing import Any, ClassVar

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.cache import patch_vary_headers
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, TitleFieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Orderable, Page, TranslatableMixin
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField

from cms.models.lines import LinesField
from cms.models.snippets import Topic
from cms.panels import CountedPanel

# About 60 English words or 120 Japanese characters: what people read in a chat (DESIGN §10).
SHORT_ANSWER = {"ja": 120, "en": 360}
LONGEST_SHORT_ANSWER = 600
_BODY = ["h3", "bold", "italic", "link", "ol", "ul", "image", "document-link"]
_SHOWN_OF_TOPIC = 5
_BLOCK_END = re.compile(r"</(?:p|li|h[1-6])>|<br\s*/?>", re.IGNORECASE)


class FAQIndexPage(Page):
    """All questions by topic, and the search that answers."""

    introduction = models.CharField(_("introduction"), max_length=200, blank=True)

    content_panels: ClassVar = [*Page.content_panels, FieldPanel("introduction")]
    search_fields: ClassVar = [*Page.search_fields, index.SearchField("introduction")]
    parent_page_types: ClassVar = ["cms.HomePage"]
    subpage_types: ClassVar = ["cms.FAQPage"]
    max_count_per_parent = 1
    template = "cms/faq_index_page.html"

    class Meta:
        verbose_name = _("questions and answers")

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer ``?q=``, show one topic with ``?topic=``, else every topic."""
        from cms import search  # the search reads these models

        context = self.get_context(request) | search.context(request, self)
        template = self.template
        if request.headers.get("HX-Target") == "results":
            template = "cms/_results.html"
        response = TemplateResponse(request, template, context)
        patch_vary_headers(response, ["HX-Target"])
        return response

    def questions(self) -> "QuerySet[FAQPage]":
        """Return the questions that everybody may read, in the editors' order."""
        return FAQPage.objects.live().public().child_of(self).order_by("path")

    def topics(self) -> list[Topic]:
        """Return the topics with ``questions`` (the first few) and ``count`` (all)."""
        place = Window(RowNumber(), partition_by=F("topic"), order_by=F("path").asc())
        shown: dict[int, list[FAQPage]] = {}
        for page in self.questions().annotate(place=place).filter(place__lte=_SHOWN_OF_TOPIC):
            shown.setdefault(page.topic_id, []).append(page)
        readable = Q(questions__in=self.questions())
        topics = list(
            Topic.objects.filter(pk__in=shown).annotate(count=Count("questions", filter=readable))
        )
        for topic in topics:
            topic.shown = shown[topic.pk]
        return topics


class FAQPage(Page):
    """A question (the title) with a short answer for the bot and a long one for the page."""

    topic = models.ForeignKey(
        Topic, verbose_name=_("topic"), on_delete=models.PROTECT, related_name="questions"
    )
    short_answer = models.TextField(
        _("short answer"),
        validators=[MaxLengthValidator(LONGEST_SHORT_ANSWER)],
        help_text=_(
            "What the bot says, word for word, and what stands first on the page. The answer"
            " itself comes first; about 120 Japanese characters or 60 English words."
        ),
    )
    body = RichTextField(
        _("longer answer"),
        features=_BODY,
        blank=True,
        help_text=_("Shown on the page below the short answer. The bot links to it."),
    )
    alternate_questions = LinesField(
        _("other ways to ask"),
        blank=True,
        help_text=_(
            "One to a line, in your customers' own words. Nothing helps the search and the bot"
            " more than these."
        ),
    )
    featured = models.BooleanField(
        _("on the home page"), default=False, help_text=_("Shown among the most asked questions.")
    )

    content_panels: ClassVar = [
        TitleFieldPanel(
            "title",
            heading=_("Question"),
            help_text=_("As a customer would ask it."),
            placeholder=_("How much is shipping?"),
        ),
        CountedPanel("short_answer", limits=SHORT_ANSWER),
        FieldPanel("body"),
        FieldPanel("topic"),
        FieldPanel("alternate_questions"),
        MultiFieldPanel(
            [
                InlinePanel("related_actions", label=_("Button"), max_num=3),
                InlinePanel("related_questions", label=_("Related question"), max_num=5),
            ],
            heading=_("What to do next"),
        ),
    ]
    promote_panels: ClassVar = [FieldPanel("featured"), *Page.promote_panels]
    search_fields: ClassVar = [
        *Page.search_fields,
        index.SearchField("short_answer"),
        index.SearchField("body"),
        index.SearchField("alternate_questions"),
        index.FilterField("topic"),
    ]
    # Nobody translates an address: one that cannot be kept is made from the translated question.
    override_translatable_fields: ClassVar = [SynchronizedField("slug")]
    parent_page_types: ClassVar = ["cms.FAQIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    template = "cms/faq_page.html"

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add what stands beside the answer."""
        return super().get_context(request, *args, **kwargs) | {
            "actions": [row.action for row in self.related_actions.all()],
            "related": self.related(),
            "voted": request.GET.get("voted") == "1",
        }

    def related(self) -> "QuerySet[FAQPage]":
        """Return the related questions that everybody may read."""
        chosen = [row.question_id for row in self.related_questions.all()]
        return FAQPage.in_language_of(self, chosen)

    @classmethod
    def in_language_of(cls, page: Page, chosen: Iterable[int]) -> "QuerySet[FAQPage]":
        """Return the ``chosen`` questions in the language of ``page``, as far as readers have them.

        A translated page is given the questions of the page it was translated from.
        """
        keys = cls.objects.filter(pk__in=chosen).values("translation_key")
        twins = cls.objects.live().public().filter(translation_key__in=keys, locale=page.locale_id)
        return twins.order_by("path")

    @property
    def alternates(self) -> list[str]:
        """The other ways to ask, one a line, without empty ones."""
        lines = self.alternate_questions.splitlines()
        return [line.strip() for line in lines if line.strip()]

    @property
    def full_answer(self) -> str:
        """Short answer and body as plain text: what the search looks into."""
        apart = _BLOCK_END.sub("\n", self.body)
        return f"{self.short_answer}\n{unescape(strip_tags(apart))}".strip()


class RelatedAction(TranslatableMixin, Orderable):
    """Something the reader can do about the question, offered as a button."""

    class Action(models.TextChoices):
        """What can be offered; the bot knows the same names."""

        TRACK_ORDER = "track_order", _("See where an order is")
        CANCEL_ORDER = "cancel_order", _("Cancel an order")
        OPEN_CASE = "open_case", _("Write to us")
        TALK_TO_PERSON = "talk_to_person", _("Talk to a person")

    page = ParentalKey(FAQPage, on_delete=models.CASCADE, related_name="related_actions")
    action = models.CharField(_("button"), max_length=20, choices=Action.choices)

    panels: ClassVar = [FieldPanel("action")]

    class Meta(TranslatableMixin.Meta, Orderable.Meta):
        pass

    def __str__(self) -> str:
        return self.action


class RelatedFAQ(TranslatableMixin, Orderable):
    """Another question that readers of this one have."""

    page = ParentalKey(FAQPage, on_delete=models.CASCADE, related_name="related_questions")
    question = models.ForeignKey(
        FAQPage, verbose_name=_("question"), on_delete=models.CASCADE, related_name="+"
    )

    panels: ClassVar = [FieldPanel("question")]

    class Meta(TranslatableMixin.Meta, Orderable.Meta):
        pass

    def __str__(self) -> str:
        return f"#{self.question_id}"
