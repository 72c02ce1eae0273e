"""The home page of a language."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from cms.blocks import Sections
from cms.models.faq import FAQPage

_TOP = 6


class HomePage(Page):
    """The first page: a welcome, the search box, the most asked questions, and sections."""

    welcome = models.CharField(
        _("welcome"),
        max_length=80,
        blank=True,
        help_text=_("The large line above the search box."),
    )
    introduction = models.CharField(
        _("introduction"), max_length=200, blank=True, help_text=_("One sentence below it.")
    )
    sections = StreamField(Sections(), verbose_name=_("sections"), blank=True)

    content_panels: ClassVar = [
        *Page.content_panels,
        FieldPanel("welcome"),
        FieldPanel("introduction"),
        FieldPanel("sections", help_text=_("Shown below the search and the most asked questions.")),
    ]
    search_fields: ClassVar = [
        *Page.search_fields,
        index.SearchField("welcome"),
        index.SearchField("introduction"),
    ]
    parent_page_types: ClassVar = ["wagtailcore.Page"]
    subpage_types: ClassVar = ["cms.FAQIndexPage", "cms.ProductIndexPage"]
    template = "cms/home_page.html"

    class Meta:
        verbose_name = _("home page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the most asked questions."""
        return super().get_context(request, *args, **kwargs) | {"top": self.top_questions()}

    def top_questions(self) -> QuerySet[FAQPage]:
        """Return the questions editors marked for the home page, else the first ones."""
        asked = FAQPage.objects.live().public().descendant_of(self)
        return asked.order_by("-featured", "path")[:_TOP]
