"""The living style guide, /dev/style/ (never in production): every component, in every state."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone


class SampleForm(forms.Form):
    """One field of each look."""

    email = forms.EmailField(label="E-mail", help_text="We send a code to this address.")
    note = forms.CharField(label="Note", widget=forms.Textarea, required=False)
    reason = forms.ChoiceField(
        label="Reason",
        widget=forms.RadioSelect,
        choices=[("late", "It comes too late"), ("other", "Something else")],
    )
    topic = forms.ChoiceField(label="Topic", choices=[("tea", "Tea"), ("cups", "Cups")])
    agreed = forms.BooleanField(label="I have read the terms")
    photo = forms.FileField(label="Photo", required=False)


def style(request: HttpRequest) -> HttpResponse:
    """Show every component with made-up content; nothing is read or written."""
    now = timezone.now()
    steps = [
        {"label": label, "state": state, "at": now + timedelta(days=days) if days else None}
        for label, state, days in (
            ("Ordered", "done", -3),
            ("Preparing", "done", -2),
            ("Shipped", "current", -1),
            ("Delivered", "next", 1),
        )
    ]
    stopped: list[dict[str, Any]] = [
        steps[0],
        {"label": "Cancelled", "state": "problem", "at": now, "note": "Refunded to your card"},
    ]
    entries = [
        {"happened_at": now, "sentence": "Your parcel is on its way", "note": "Yamato Transport"},
        {"happened_at": now - timedelta(days=1), "sentence": "Called the customer", "internal": 1},
        {"happened_at": None, "sentence": "Your payment has arrived"},
    ]
    samples = {
        "steps": steps,
        "stopped": stopped,
        "entries": entries,
        "form": SampleForm(),
        "wrong": SampleForm({"email": "not an address"}, prefix="wrong"),
        "page_obj": Paginator(range(50), 10).page(2),
        "soon": now + timedelta(hours=3),
    }
    return render(request, "portal/style.html", samples)
