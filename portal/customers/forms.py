"""Forms of sign-in."""

import unicodedata
from typing import Any

from allauth.account.forms import ConfirmLoginCodeForm
from django import forms
from django.utils.translation import gettext_lazy as _

from portal.customers import addresses


class AddressField(forms.EmailField):
    """An e-mail address as people type it; its value is the address as we keep it."""

    default_error_messages = {
        "required": _("Please enter your e-mail address."),
        "invalid": _("This does not look like an e-mail address. Please check it."),
    }

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("E-mail address"))
        options.setdefault("max_length", 254)
        options.setdefault(
            "widget", forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"})
        )
        super().__init__(**options)

    def to_python(self, value: Any) -> str:
        """Fold before validation, so that 全角 letters are no error."""
        return addresses.fold_email(super().to_python(value) or "")


class RequestCodeForm(forms.Form):
    """Asks for the address a code is sent to; known and unknown ones are all the same to it."""

    email = AddressField()


class ConfirmCodeForm(ConfirmLoginCodeForm):
    """Asks for the code of the mail; 全角 digits and blanks between them are fine."""

    code = forms.CharField(
        label=_("6-digit code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "class": "code-input",
                "autofocus": True,
            }
        ),
        error_messages={
            "required": _("Please enter the 6 digits of the mail."),
            "max_length": _("The code has 6 digits."),
        },
    )

    def clean_code(self) -> str:
        """Return the code; raises ValidationError if it is not the one that was mailed."""
        self.cleaned_data["code"] = plain(self.cleaned_data["code"])
        return str(super().clean_code())


def plain(code: str) -> str:
    """Return a typed code with 全角 digits made plain and everything but digits left out."""
    return "".join(c for c in unicodedata.normalize("NFKC", code) if c in "0123456789")
