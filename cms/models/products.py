"""Products: what they are, how to care for them, and what is asked about them."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.images.models import AbstractRendition, Image, SourceImageIOError
from wagtail.models import Orderable, Page, TranslatableMixin
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField

from cms.blocks import Facts
from cms.models.faq import FAQPage
from portal.shop import services as shop

# How photos are cut on cards; the templates say the same.
ON_CARDS = ("fill-640x480|preserve-svg",)
_TEXT = ["h3", "bold", "italic", "link", "ol", "ul"]


class ProductIndexPage(Page):
    """All products."""

    introduction = models.CharField(_("introduction"), max_length=200, blank=True)

    content_panels: ClassVar = [*Page.content_panels, FieldPanel("introduction")]
    search_fields: ClassVar = [*Page.search_fields, index.SearchField("introduction")]
    parent_page_types: ClassVar = ["cms.HomePage"]
    subpage_types: ClassVar = ["cms.ProductPage"]
    max_count_per_parent = 1
    template = "cms/product_index_page.html"

    class Meta:
        verbose_name = _("products")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the products."""
        return super().get_context(request, *args, **kwargs) | {"products": self.products()}

    def products(self) -> "QuerySet[ProductPage]":
        """Return the products that everybody may see, in the editors' order."""
        listed = ProductPage.objects.live().public().child_of(self).order_by("path")
        pictures = Image.objects.prefetch_renditions(*ON_CARDS)
        return listed.prefetch_related("images", Prefetch("images__image", pictures))


class ProductPage(Page):
    """One product; its title is the product's name."""

    sku = models.CharField(
        _("sku"),
        max_length=64,
        help_text=_("The shop system's number; orders name the product by it."),
    )
    price = models.PositiveIntegerField(
        _("price"),
        null=True,
        blank=True,
        help_text=_("Tax included, in the smallest unit of the shop's currency (yen, cents)."),
    )
    summary = models.CharField(_("summary"), max_length=200, help_text=_("One or two sentences."))
    body = RichTextField(_("description"), features=_TEXT, blank=True)
    facts = StreamField(Facts(), verbose_name=_("facts"), blank=True)
    care = RichTextField(_("care"), features=_TEXT, blank=True)
    warranty = RichTextField(_("warranty and returns"), features=_TEXT, blank=True)

    content_panels: ClassVar = [
        *Page.content_panels,
        MultiFieldPanel([FieldPanel("sku"), FieldPanel("price")], heading=_("In the shop")),
        FieldPanel("summary"),
        FieldPanel("body"),
        InlinePanel("images", label=_("Photo"), heading=_("Photos")),
        FieldPanel("facts", help_text=_("What people compare: size, material, weight, contents.")),
        FieldPanel("care", help_text=_("How it lasts: washing, storing, what it does not bear.")),
        FieldPanel("warranty", help_text=_("Only what differs from the shop's general terms.")),
        InlinePanel("faqs", label=_("Question"), heading=_("Questions about it")),
    ]
    search_fields: ClassVar = [
        *Page.search_fields,
        index.SearchField("sku"),
        index.SearchField("summary"),
        index.SearchField("body"),
    ]
    # The product stays the shop's product, whatever language it is told in.
    override_translatable_fields: ClassVar = [
        SynchronizedField("slug"),
        SynchronizedField("sku", overridable=False),
    ]
    parent_page_types: ClassVar = ["cms.ProductIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    template = "cms/product_page.html"

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the questions about it."""
        return super().get_context(request, *args, **kwargs) | {"questions": self.questions()}

    def questions(self) -> QuerySet[FAQPage]:
        """Return the chosen questions that everybody may read."""
        return FAQPage.in_language_of(self, [row.question_id for row in self.faqs.all()])

    @property
    def picture(self) -> "ProductImage | None":
        """The first photo."""
        return next(iter(self.images.all()), None)

    @classmethod
    def photo_of(cls, sku: str) -> AbstractRendition | None:
        """Return the first photo of a public product with this ``sku``, cut as on cards."""
        if not sku or "\0" in sku:
            return None
        shown = cls.objects.live().public().filter(sku=sku)
        photos = ProductImage.objects.filter(page__in=shown).select_related("image")
        photo = photos.order_by("sort_order", "pk").first()
        try:
            return photo.image.get_rendition(ON_CARDS[0]) if photo else None
        except SourceImageIOError:
            # Its file is gone; the page of the product shows none either.
            return None

    @property
    def currency(self) -> str:
        """The currency of the price: the shop's (ISO 4217)."""
        return shop.current().currency


class ProductImage(TranslatableMixin, Orderable):
    """A photo of a product."""

    page = ParentalKey(ProductPage, on_delete=models.CASCADE, related_name="images")
    image = models.ForeignKey(
        "wagtailimages.Image", verbose_name=_("photo"), on_delete=models.CASCADE, related_name="+"
    )
    alt = models.CharField(_("what it shows"), max_length=160, blank=True)

    panels: ClassVar = [FieldPanel("image"), FieldPanel("alt")]

    class Meta(TranslatableMixin.Meta, Orderable.Meta):
        pass

    def __str__(self) -> str:
        return self.alt or f"#{self.pk}"


class ProductFAQ(TranslatableMixin, Orderable):
    """A question asked about a product."""

    page = ParentalKey(ProductPage, on_delete=models.CASCADE, related_name="faqs")
    question = models.ForeignKey(
        FAQPage, verbose_name=_("question"), on_delete=models.CASCADE, related_name="+"
    )

    panels: ClassVar = [FieldPanel("question")]

    class Meta(TranslatableMixin.Meta, Orderable.Meta):
        pass

    def __str__(self) -> str:
        return f"#{self.question_id}"
