"""Pages are served by Wagtail; here is what is sent back from them."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from cms import services
from cms.models import FAQPage, ProductPage
from portal import limits

_PICTURE_KEPT_S = 600


@csrf_exempt
@require_POST
def vote(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a vote on the question ``slug`` in this language; raises limits.TooMany.

    No CSRF token, because ordinary pages set no cookie (DESIGN §8): the Origin is compared instead.
    """
    if not _from_here(request):
        raise PermissionDenied
    if request.POST.get("helpful") not in ("yes", "no"):
        return HttpResponseBadRequest()
    pages = FAQPage.objects.live().public().filter(locale__language_code=get_language())
    page = get_object_or_404(pages, slug=slug)
    network = limits.network(request)
    limits.demand("vote", network)
    services.vote(
        page,
        helpful=request.POST["helpful"] == "yes",
        by=request.user,
        browser=f"{network} {request.headers.get('User-Agent', '')}",
        channel="web",
    )
    if getattr(request, "htmx", False):
        return render(request, "cms/_vote.html", {"page": page, "voted": True})
    return redirect(f"{page.url}?voted=1#vote")


@require_safe
def product_picture(request: HttpRequest) -> HttpResponse:
    """Lead to the photo of the product ``?sku=``, or to a drawn box where there is none.

    For the pages of rooms that know what was bought and no product page (DESIGN §4).
    """
    photo = ProductPage.photo_of(request.GET.get("sku", ""))
    answer = redirect(photo.url if photo else static("cms/product.svg"))
    patch_cache_control(answer, public=True, max_age=_PICTURE_KEPT_S)
    return answer


def _from_here(request: HttpRequest) -> bool:
    """Say whether a request came from one of our own pages: Origin, compared whole."""
    origin = request.headers.get("Origin", "")
    here = {f"{request.scheme}://{request.get_host()}", settings.BASE_URL}
    return origin in here and bool(urlsplit(origin).netloc)
