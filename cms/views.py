"""Pages are served by Wagtail; here is what is sent back from them."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from cms import services
from cms.models import FAQPage
from portal import limits


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


def _from_here(request: HttpRequest) -> bool:
    """Say whether a request came from one of our own pages: Origin, compared whole."""
    origin = request.headers.get("Origin", "")
    here = {f"{request.scheme}://{request.get_host()}", settings.BASE_URL}
    return origin in here and bool(urlsplit(origin).netloc)
