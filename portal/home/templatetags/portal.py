"""Template tags for every room's pages: `{% load portal %}`."""

from datetime import date, datetime

from django import template
from django.template.context import Context
from django.templatetags.static import static
from django.urls import translate_url
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.shop import formats

register = template.Library()


@register.simple_tag
def icon(name: str, kind: str = "") -> SafeString:
    """Draw one icon of `static/portal/icons.svg` in the colour of the text around it."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" width="20" height="20">'
        '<use href="{}#{}"></use></svg>',
        kind,
        static("portal/icons.svg"),
        name,
    )


@register.filter
def money(minor: int | None, currency: str) -> str:
    """`{{ order.total|money:order.currency }}`; nothing for an unknown amount."""
    return "" if minor is None else formats.money(minor, currency)


@register.filter
def day(value: date | datetime | None) -> str:
    """「11月21日（土）」 / "Sat 21 Nov"; nothing for an unknown time."""
    return formats.day(value) if value else ""


@register.filter
def clock(value: datetime | None) -> str:
    """ "14:00"; nothing for an unknown time."""
    return formats.clock(value) if value else ""


@register.filter
def moment(value: date | datetime | None) -> str:
    """「11月21日（土）14:00」 / "Sat 21 Nov, 14:00"; nothing for an unknown time."""
    return formats.moment(value) if value else ""


@register.filter
def near(value: date | datetime | None) -> str:
    """「明日 11月22日（日）」 / "Tomorrow, Sun 22 Nov"; nothing for an unknown time."""
    return formats.near(value) if value else ""


@register.simple_tag(takes_context=True)
def same_page_in(context: Context, language: str) -> str:
    """The address of this very page in another language.

    A CMS page knows its translations (their slugs may differ) and falls back to the home page of
    the language; any other page has the same path below another prefix. What was searched for and
    chosen (the query string) comes along.
    """
    request = context.get("request")
    if request is None:
        return f"/{language}/"
    page = context.get("page")
    if page is not None and hasattr(page, "get_translations"):
        pages = page.get_translations().live().filter(locale__language_code=language)
        translation = pages.first()
        asked = request.META.get("QUERY_STRING", "")
        tail = f"?{asked}" if asked else ""
        return f"{translation.url}{tail}" if translation else f"/{language}/"
    full, here = request.get_full_path(), f"/{request.LANGUAGE_CODE}/"
    if full.startswith(here):
        return f"/{language}/" + full.removeprefix(here)
    return translate_url(full, language)
