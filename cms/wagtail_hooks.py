"""What editors find in Wagtail besides the page tree."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.tables import Column, LocaleColumn
from wagtail.admin.ui.tables.pages import PageStatusColumn, PageTitleColumn
from wagtail.admin.viewsets.pages import PageListingViewSet
from wagtail.models import Page
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from cms.answers import current
from cms.models import FAQPage, ProductPage, Synonym, Topic


class QuestionListing(PageListingViewSet):
    """All questions in one list, whatever their place in the tree."""

    model = FAQPage
    menu_label = _("Questions")
    menu_order = 110
    icon = "help"
    add_to_admin_menu = True
    columns = [
        PageTitleColumn("title", label=_("Question"), sort_key="title", classname="title"),
        Column("topic", label=_("Topic"), accessor="topic", sort_key="topic__name"),
        PageStatusColumn("status", label=_("Status"), sort_key="live", width="12%"),
    ]


class ProductListing(PageListingViewSet):
    """All products in one list."""

    model = ProductPage
    menu_label = _("Products")
    menu_order = 120
    icon = "pick"
    add_to_admin_menu = True
    columns = [
        PageTitleColumn("title", label=_("Product"), sort_key="title", classname="title"),
        Column("sku", label=_("sku"), accessor="sku", sort_key="sku"),
        PageStatusColumn("status", label=_("Status"), sort_key="live", width="12%"),
    ]


class TopicViewSet(SnippetViewSet):
    """What questions are grouped by."""

    model = Topic
    icon = "tag"
    list_display = ["name", "sort_order", LocaleColumn()]


class SynonymViewSet(SnippetViewSet):
    """Words that mean the same."""

    model = Synonym
    icon = "link"
    list_display = ["__str__", "locale"]


class AnswersGroup(SnippetViewSetGroup):
    """What makes the search and the bot find answers."""

    menu_label = _("Finding answers")
    menu_icon = "search"
    menu_order = 130
    items = (TopicViewSet, SynonymViewSet)


register_snippet(AnswersGroup)


@hooks.register("register_admin_viewset")
def questions() -> QuestionListing:
    """Put the list of questions into the menu."""
    return QuestionListing("questions")


@hooks.register("register_admin_viewset")
def products() -> ProductListing:
    """Put the list of products into the menu."""
    return ProductListing("products")


@hooks.register("insert_global_admin_js")
def count_letters() -> SafeString:
    """Show lengths beside fields that have an advised one (`cms.panels`)."""
    return format_html('<script src="{}" type="module"></script>', static("cms/admin/count.js"))


# Wagtail has no signal for these; publishing itself is heard in `cms.apps`.
@hooks.register("after_delete_page")
@hooks.register("after_move_page")
def index_anew(request: HttpRequest, page: Page) -> None:
    """Find no longer what was deleted, and find what was moved at its new address."""
    current.bump_all()


@hooks.register("after_bulk_action")
def index_anew_after_many(
    request: HttpRequest, action_type: str, objects: list[Any], action_instance: Any
) -> None:
    """Do the same for many at once."""
    if action_type in ("delete", "move"):
        current.bump_all()


@hooks.register("after_create_snippet")
@hooks.register("after_edit_snippet")
def synonyms_changed(request: HttpRequest, instance: Any) -> None:
    """Let new synonyms count at once."""
    if isinstance(instance, Synonym):
        current.bump_all()


@hooks.register("after_delete_snippet")
def synonyms_deleted(request: HttpRequest, instances: list[Any]) -> None:
    """Let deleted synonyms count no longer."""
    if any(isinstance(instance, Synonym) for instance in instances):
        current.bump_all()
