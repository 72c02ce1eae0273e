"""What a customer writes: a new inquiry, a reply, a rating."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from portal import uploads
from portal.cases.models import Topic
from portal.customers.forms import AddressField
from portal.customers.models import Customer

LONGEST = 5000
_ORDERS = 30


class FilesInput(forms.ClearableFileInput):
    """A file field that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Pictures and PDFs, cleaned to `portal.uploads.Upload`."""

    widget = FilesInput

    def __init__(self) -> None:
        super().__init__(
            label=_("Photos or PDF"),
            help_text=format_lazy(
                _("Up to {n} files (JPEG, PNG, WebP or PDF), {mb} MB each."),
                n=uploads.MAX_FILES,
                mb=uploads.MAX_BYTES // 1024 // 1024,
            ),
            required=False,
            widget=FilesInput(attrs={"accept": uploads.ACCEPT, "multiple": True}),
        )

    def clean(self, data: Any, initial: Any = None) -> list[uploads.Upload]:
        """Return what may be kept; what may not is an error that says what to do."""
        files: list[UploadedFile] = data if isinstance(data, list) else [data] if data else []
        try:
            return uploads.accept(files)
        except uploads.Refused as refused:
            raise forms.ValidationError(refused.text, code=refused.code) from refused


def _body(label: Any, *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST,
        required=required,
        error_messages={"required": _("Please write to us what happened.")},
        widget=forms.Textarea(attrs={"rows": 7}),
    )


class NewCaseForm(forms.Form):
    """A new inquiry. Who is not signed in also gives an e-mail address, and proves it after."""

    email = AddressField(help_text=_("We send a code to this address; our answer goes there too."))
    topic = forms.ChoiceField(label=_("What is it about?"), choices=Topic.choices)
    order = forms.ModelChoiceField(
        label=_("Which order?"),
        queryset=Order.objects.none(),
        required=False,
        empty_label=_("None in particular"),
    )
    subject = forms.CharField(
        label=_("Subject, in one line"),
        max_length=120,
        help_text=_("For example: the lid of the teapot is chipped"),
        error_messages={"required": _("Please say in one line what it is about.")},
    )
    body = _body(_("What happened, and what would you like?"))
    attachments = FilesField()

    def __init__(self, *args: Any, customer: Customer | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if customer is None:
            del self.fields["order"]
            return
        del self.fields["email"]
        own = Order.objects.of(customer).order_by("-placed_at")[:_ORDERS]
        choices = self.fields["order"]
        assert isinstance(choices, forms.ModelChoiceField)
        choices.queryset = Order.objects.of(customer).filter(pk__in=[row.pk for row in own])
        if not own:
            del self.fields["order"]


class ReplyForm(forms.Form):
    """What the customer, or an agent, adds to a case."""

    body = _body(_("Your message"), required=False)
    attachments = FilesField()

    def clean(self) -> dict[str, Any]:
        """Ask for words or a file; both empty says nothing."""
        cleaned = super().clean() or {}
        if (
            not self.errors
            and not cleaned.get("body", "").strip()
            and not cleaned.get("attachments")
        ):
            self.add_error("body", _("Please write something, or attach a file."))
        return cleaned

    @property
    def said(self) -> dict[str, Any]:
        """What was written, as the services of cases take it."""
        return {"body": self.cleaned_data["body"], "files": self.cleaned_data["attachments"]}


class RatingForm(forms.Form):
    """How it was."""

    score = forms.TypedChoiceField(
        label=_("How was our help?"),
        coerce=int,
        choices=[
            (5, _("Very good")),
            (4, _("Good")),
            (3, _("All right")),
            (2, _("Not good")),
            (1, _("Bad")),
        ],
        widget=forms.RadioSelect,
    )
    comment = forms.CharField(
        label=_("Anything we should know?"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
