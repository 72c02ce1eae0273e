"""What customers type about orders."""

import re
import unicodedata

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.feed import values
from orders.models import Cancellation
from portal.customers.forms import AddressField

# The many lines that a Japanese keyboard offers for a hyphen.
_HYPHENS = re.compile("[‐‑‒–—―−ー－]")


class FindForm(forms.Form):
    """The number of an order and the address it was bought with."""

    number = forms.CharField(
        label=_("Order number"),
        max_length=100,
        help_text=_("It is in the mail that confirms your order."),
        error_messages={"required": _("Please enter the order number.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "H-10214"}),
    )
    email = AddressField(
        label=_("E-mail"), help_text=_("The address you ordered with. We send a code to it.")
    )

    def clean_number(self) -> str:
        """Return the number as shops write it, however it was typed (全角, 長音)."""
        number = _HYPHENS.sub("-", unicodedata.normalize("NFKC", self.cleaned_data["number"]))
        number = number.strip()
        if not values.is_csv_number(number):
            raise forms.ValidationError(_("Please check the order number."))
        return number


class CancelForm(forms.Form):
    """Why an order is to be cancelled; nobody has to say."""

    reason = forms.ChoiceField(
        label=_("Why?"),
        required=False,
        choices=Cancellation.Reason.choices,
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Anything you want to tell us"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
