"""The pages and rights every installation begins with: a home, help and products a language.

`lay_out` works with the models of now and, given a migration's `apps`, with those of then; for
those know neither treebeard nor Wagtail's methods, pages are made with their paths written out.
"""

from typing import Any
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from django.apps import apps as apps_of_now
from django.conf import settings
from django.utils.http import base36_to_int, int_to_base36

from portal.customers import groups

_TEXTS = {
    "ja": {
        "home": ("ホーム", {"welcome": "どうされましたか？"}),
        "help": ("よくあるご質問", {}),
        "products": ("商品", {}),
    },
    "en": {
        "home": ("Home", {"welcome": "How can we help?"}),
        "help": ("Help", {}),
        "products": ("Products", {}),
    },
}
_MODELS = {"home": "HomePage", "help": "FAQIndexPage", "products": "ProductIndexPage"}
_STEP = 4  # treebeard: characters of a path to one level

# What editors and managers may do: on all pages of a home, on pictures and files, in general.
_ON_PAGES = ("add_page", "change_page", "publish_page")
_ON_FILES = {
    ("wagtailimages", "image"): ("add_image", "change_image", "choose_image"),
    ("wagtaildocs", "document"): ("add_document", "change_document", "choose_document"),
}
_IN_GENERAL = {
    ("wagtailadmin", "admin"): ("access_admin",),
    ("wagtail_localize", "translation"): ("submit_translation",),
    ("cms", "topic"): ("add_topic", "change_topic", "delete_topic"),
    ("cms", "synonym"): ("add_synonym", "change_synonym", "delete_synonym"),
}


def lay_out(apps: Any = apps_of_now) -> None:
    """Make languages, first pages, site and the editors' rights where missing; change no text."""
    root = _root(apps)
    homes = [_pages_of(apps, root, language) for language, _name in settings.LANGUAGES]
    _site(apps, homes[[code for code, _ in settings.LANGUAGES].index(settings.LANGUAGE_CODE)])
    for name in (groups.EDITORS, groups.MANAGERS):
        _editors(apps, homes, name)


def _root(apps: Any) -> Any:
    page = apps.get_model("wagtailcore", "Page")
    root = page.objects.filter(depth=1).first()
    if root:
        return root
    return page.objects.create(
        title="Root",
        draft_title="Root",
        slug="root",
        path="0001",
        depth=1,
        url_path="/",
        content_type=_content_type(apps, "wagtailcore", "page"),
        locale=_locale(apps, settings.LANGUAGE_CODE),
    )


def _pages_of(apps: Any, root: Any, language: str) -> Any:
    home = _page(apps, root, "home", language)
    for name in ("help", "products"):
        _page(apps, home, name, language)
    return home


def _page(apps: Any, parent: Any, name: str, language: str) -> Any:
    """Return the page called ``name`` of a language, made if missing."""
    model = apps.get_model("cms", _MODELS[name])
    locale = _locale(apps, language)
    if page := model.objects.filter(locale=locale).order_by("path").first():
        return page
    title, texts = _TEXTS[language][name]
    slug = f"home-{language}" if name == "home" else name
    page = model.objects.create(
        title=title,
        draft_title=title,
        slug=slug,
        path=_next_path(apps, parent),
        depth=parent.depth + 1,
        url_path=f"{parent.url_path}{slug}/",
        content_type=_content_type(apps, "cms", model._meta.model_name),
        locale=locale,
        # The same for all languages: that is what makes them translations of each other.
        translation_key=uuid5(NAMESPACE_URL, f"madoguchi/{name}"),
        show_in_menus=name != "home",
        **texts,
    )
    parent.numchild += 1
    apps.get_model("wagtailcore", "Page").objects.filter(pk=parent.pk).update(
        numchild=parent.numchild
    )
    return page


def _next_path(apps: Any, parent: Any) -> str:
    below = apps.get_model("wagtailcore", "Page").objects.filter(
        path__startswith=parent.path, depth=parent.depth + 1
    )
    last = below.order_by("path").values_list("path", flat=True).last()
    number = base36_to_int(last[-_STEP:]) if last else 0
    return f"{parent.path}{int_to_base36(number + 1).upper().rjust(_STEP, '0')}"


def _site(apps: Any, home: Any) -> None:
    """Let the default site begin at ``home``, the one in the installation's own language."""
    address = urlsplit(settings.BASE_URL)
    sites = apps.get_model("wagtailcore", "Site").objects
    site = sites.filter(is_default_site=True).first()
    if site and site.root_page.slug.startswith("home-"):
        return
    values = {
        "hostname": address.hostname or "localhost",
        "port": address.port or (443 if address.scheme == "https" else 80),
        "root_page_id": home.pk,
    }
    sites.update_or_create(is_default_site=True, defaults=values)


def _editors(apps: Any, homes: list[Any], name: str) -> None:
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=name)
    for (app, model), names in _IN_GENERAL.items():
        group.permissions.add(*(_permission(apps, app, model, name) for name in names))
    on_page = apps.get_model("wagtailcore", "GroupPagePermission").objects
    for home in homes:
        for name in _ON_PAGES:
            right = _permission(apps, "wagtailcore", "page", name)
            if not on_page.filter(group=group, page_id=home.pk, permission=right).exists():
                on_page.create(group=group, page_id=home.pk, permission=right)
    on_files = apps.get_model("wagtailcore", "GroupCollectionPermission").objects
    for (app, model), names in _ON_FILES.items():
        for name in names:
            right = _permission(apps, app, model, name)
            on_files.get_or_create(group=group, collection=_collection(apps), permission=right)


def _locale(apps: Any, language: str) -> Any:
    locales = apps.get_model("wagtailcore", "Locale").objects
    return locales.get_or_create(language_code=language)[0]


def _collection(apps: Any) -> Any:
    collections = apps.get_model("wagtailcore", "Collection").objects
    return collections.get_or_create(depth=1, defaults={"name": "Root", "path": "0001"})[0]


def _content_type(apps: Any, app: str, model: str) -> Any:
    types = apps.get_model("contenttypes", "ContentType").objects
    return types.get_or_create(app_label=app, model=model)[0]


def _permission(apps: Any, app: str, model: str, codename: str) -> Any:
    permissions = apps.get_model("auth", "Permission").objects
    defaults = {"name": f"Can {codename.replace('_', ' ')}"}
    return permissions.get_or_create(
        content_type=_content_type(apps, app, model), codename=codename, defaults=defaults
    )[0]
