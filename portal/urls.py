"""All URLs: rooms bring their own; below a language prefix are the customers' pages."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path
from django.utils.translation import get_language
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from portal.home import health, mailbox, style


def by_browser(request: HttpRequest) -> HttpResponse:
    """Send `/` to the home page in the browser's language; never cached for another browser."""
    response = redirect(f"/{get_language()}/")
    response["Vary"] = "Accept-Language, Cookie"
    response["Cache-Control"] = "private, no-store"
    return response


urlpatterns = [
    path("", by_browser),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("sign-in/", include("portal.customers.chat_urls")),
    path("api/v1/", include("portal.home.api_urls")),
    path("desk/", include("portal.desk.urls")),
    path("cms/login/", health.to_sign_in),
    path("cms/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("admin/login/", health.to_sign_in),
    path("admin/", admin.site.urls),
    path("", include("bot.urls")),
]

if settings.DEMO:
    urlpatterns += [path("dev/mail/", mailbox.mail)]

if settings.EASY:
    # In production the proxy serves the editors' pictures; Django's static() does so in DEBUG only.
    pictures = {"document_root": settings.MEDIA_ROOT / "images"}
    urlpatterns += [
        path("media/images/<path:path>", serve, pictures),
        path("dev/style/", style.style),
    ]

urlpatterns += i18n_patterns(
    path("orders/", include("orders.urls")),
    path("cases/", include("portal.cases.urls")),
    path("chat/", include("bot.page_urls")),
    path("", include("portal.customers.urls")),
    path("", include("notifications.urls")),
    path("", include("portal.home.urls")),
    path("", include("cms.urls")),
    # Wagtail brings a sign-in by password of its own, which knows no limit and no second factor.
    path("_util/login/", health.to_sign_in),
    path("", include(wagtail_urls)),
)
