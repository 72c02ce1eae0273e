"""Forms of sign-in."""

import unicodedata
from typing import Any

from allauth.account.forms import ConfirmLoginCodeForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
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


class _EmptyAgain(forms.TextInput):
    """A field that comes back empty: a code that was wrong is typed anew, not mended."""

    def format_value(self, value: Any) -> None:
        """Show nothing of what was typed."""


class CodeField(forms.CharField):
    """Digits to type from a mail or an app; 全角 ones and blanks between them are fine."""

    def __init__(self, **options: Any) -> None:
        attributes = {
            "autocomplete": "one-time-code",
            "inputmode": "numeric",
            "class": "code-input",
            "autofocus": True,
        }
        options.setdefault("label", _("6-digit code"))
        options.setdefault("max_length", 20)
        options.setdefault("widget", _EmptyAgain(attrs=attributes))
        messages = {"required": _("Please enter the code."), "max_length": _("That is too long.")}
        super().__init__(error_messages=messages, **options)

    def to_python(self, value: Any) -> str:
        """Return the digits only, as they are compared."""
        return plain(super().to_python(value) or "")


class ConfirmCodeForm(ConfirmLoginCodeForm):
    """Asks for the code of the mail."""

    code = CodeField()


class SecondFactorForm(AuthenticateForm):
    """Asks staff for the code of their app while they sign in; a recovery code does as well."""

    code = CodeField(label=_("Code of your app"))


class SecondFactorAgainForm(ReauthenticateForm):
    """Asks for the code of the app before something delicate."""

    code = CodeField(label=_("Code of your app"))


class AddAppForm(ActivateTOTPForm):
    """Takes the first code of an authenticator app as the proof that it is set up."""

    code = CodeField(label=_("Code of your app"))


def plain(code: str) -> str:
    """Return a typed code with 全角 digits made plain and everything but digits left out."""
    return "".join(c for c in unicodedata.normalize("NFKC", code) if c in "0123456789")
