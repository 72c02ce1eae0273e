"""The inbox, how to be told, and stopping a mail's topic by its link."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST, require_safe

from notifications import links, preferences, services
from notifications.channels import inbox
from notifications.forms import PreferencesForm
from notifications.models import Channel, Notification
from portal.customers.kinds import Channel as Where
from portal.customers.models import Customer


@require_safe
@login_required
def inbox_page(request: HttpRequest) -> HttpResponse:
    """Show what was told, unread first."""
    page = inbox.page(request.user, request.GET.get("page"))
    context = {
        "page_obj": page,
        "entries": [inbox.entry(row) for row in page],
        "unread": inbox.unread(request.user),
    }
    return render(request, "notifications/inbox.html", context)


@require_GET
@login_required
def open_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one as read and lead to what it is about."""
    rows = Notification.objects.visible_to(request.user)
    notification = get_object_or_404(rows.select_related("touchpoint", "customer"), pk=pk)
    services.read(notification)
    return redirect(links.page_of(notification.touchpoint))


@require_POST
@login_required
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all as read."""
    services.read_all(_me(request))
    return redirect("notifications:inbox")


@require_safe
def bell(request: HttpRequest) -> HttpResponse:
    """Give the count for the bell in the header; nothing, and no query, for strangers."""
    unread = inbox.unread(request.user)
    most = inbox.MOST
    return render(request, "notifications/_bell_count.html", {"unread": unread, "most": most})


@login_required
def preferences_page(request: HttpRequest) -> HttpResponse:
    """Show and take how one wants to be told."""
    posted = request.POST if request.method == "POST" else None
    form = PreferencesForm(_me(request), posted)
    if posted is not None and form.is_valid():
        changed = form.save()
        said = _("Saved.") if changed else _("Nothing was changed.")
        messages.success(request, said)
        return redirect("notifications:preferences")
    return render(request, "notifications/preferences.html", {"form": form})


def _me(request: HttpRequest) -> Customer:
    """Return who is signed in, behind `login_required`."""
    assert isinstance(request.user, Customer)
    return request.user


@csrf_exempt
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop mails about a topic by the link in a mail, without signing in.

    GET only asks, for mail scanners open every link; POST acts, from our page or from a mail
    program's own button (RFC 8058). The token alone is the right to do it, so no cookie is asked.
    """
    found = links.read_stop(token)
    if found is None:
        return render(request, "notifications/stop_gone.html", status=404)
    customer, topic = found
    if request.method == "POST":
        wanted = request.POST.get("again") == "1"
        preferences.choose(
            customer, topic=topic, channel=Channel.EMAIL, wanted=wanted, where=Where.EMAIL
        )
    on = Channel.EMAIL in preferences.wanted(customer, topic)
    context = {"topic": topic, "on": on, "acted": request.method == "POST", "token": token}
    response = render(request, "notifications/stop.html", context)
    patch_cache_control(response, private=True, no_store=True)
    response["X-Robots-Tag"] = "noindex"
    return response
