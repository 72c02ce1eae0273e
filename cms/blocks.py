"""The blocks pages are put together from: one class, one template each."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

PLAIN_TEXT = ["bold", "italic", "link", "ol", "ul"]


class TextBlock(blocks.StructBlock):
    """A heading with some text."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=80)
    text = blocks.RichTextBlock(label=_("Text"), features=PLAIN_TEXT)

    class Meta:
        label = _("Text")
        icon = "pilcrow"
        template = "cms/blocks/text.html"


class ProductsBlock(blocks.StructBlock):
    """A heading with a few products."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=80)
    products = blocks.ListBlock(
        blocks.PageChooserBlock(page_type="cms.ProductPage"), label=_("Products"), max_num=6
    )

    class Meta:
        label = _("Products")
        icon = "pick"
        template = "cms/blocks/products.html"


class QuestionsBlock(blocks.StructBlock):
    """A heading with questions that are asked a lot at the moment."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=80)
    questions = blocks.ListBlock(
        blocks.PageChooserBlock(page_type="cms.FAQPage"), label=_("Questions"), max_num=8
    )

    class Meta:
        label = _("Questions")
        icon = "help"
        template = "cms/blocks/questions.html"


class FactBlock(blocks.StructBlock):
    """A name and a value: weight, size, origin."""

    name = blocks.CharBlock(label=_("What is stated"), max_length=40)
    value = blocks.CharBlock(label=_("What it is"), max_length=120)

    class Meta:
        label = _("Fact")
        icon = "list-ul"
        template = "cms/blocks/fact.html"


class Sections(blocks.StreamBlock):
    """What the home page may be made of below its search box."""

    text = TextBlock()
    products = ProductsBlock()
    questions = QuestionsBlock()


class Facts(blocks.StreamBlock):
    """The facts of a product."""

    fact = FactBlock()
