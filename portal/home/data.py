"""Your data: what we hold about you, what you agreed to, take it with you, have it erased."""

import io
import json
import zipfile
from pathlib import PurePath

from django.contrib import auth, messages
from django.contrib.auth.decorators import login_required
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext

from portal import limits
from portal.customers import privacy, services
from portal.customers.models import Customer
from portal.home.forms import ConsentForm, EraseForm


@login_required
def privacy_page(request: HttpRequest) -> HttpResponse:
    """Show what is held and what was agreed to, and take a changed mind."""
    customer = _me(request)
    form = ConsentForm(request.POST if request.method == "POST" else None, customer=customer)
    if form.is_bound and form.is_valid():
        form.keep(place=request.path)
        messages.success(request, gettext("Saved."))
        return redirect("privacy")
    context = {"form": form, "lines": privacy.preview(customer)}
    return render(request, "home/privacy.html", context)


@login_required
def download(request: HttpRequest) -> HttpResponse:
    """Hand out all that is held as a zip: `data.json` and the files; asked for by a button."""
    if request.method != "POST":
        return redirect("privacy")
    customer = _me(request)
    limits.demand("privacy.download", customer.pk)
    return HttpResponse(
        _archive(customer),
        content_type="application/zip",
        headers={"Content-Disposition": 'attachment; filename="my-data.zip"'},
    )


def _archive(customer: Customer) -> bytes:
    told = io.BytesIO()
    with zipfile.ZipFile(told, "w", zipfile.ZIP_DEFLATED) as archive:
        rows = privacy.export(customer)
        archive.writestr(
            "data.json", json.dumps(rows, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
        )
        for number, (name, file) in enumerate(privacy.files(customer), 1):
            with file.open("rb") as opened:
                archive.writestr(f"files/{number}-{PurePath(name).name}", opened.read())
    return told.getvalue()


@login_required
def erase(request: HttpRequest) -> HttpResponse:
    """Say what goes and what the law keeps, and erase after a yes; the person is signed out."""
    customer = _me(request)
    form = EraseForm(request.POST or None)
    refused = ""
    if request.method == "POST" and form.is_valid():
        try:
            services.erase(customer, by=customer)
        except services.NotPossible:
            refused = gettext("You work here: ask a manager to close your staff account first.")
        else:
            auth.logout(request)
            messages.success(request, gettext("You are erased. Thank you for having been with us."))
            return redirect(f"/{get_language()}/")
    context = {"form": form, "lines": privacy.preview(customer), "refused": refused}
    return render(request, "home/erase.html", context, status=409 if refused else 200)


def _me(request: HttpRequest) -> Customer:
    assert isinstance(request.user, Customer)
    return request.user
