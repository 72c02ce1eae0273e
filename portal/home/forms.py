"""Forms of the customer's settings."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.customers import addresses, services
from portal.customers.models import Consent, Customer

# What stands beside each box is kept word for word with the consent.
WORDING = {
    Consent.Purpose.NEWS: _(
        "Write to me about new products and offers, at most twice a month. I can stop it any time."
    ),
    Consent.Purpose.SURVEYS: _(
        "Ask me now and then how you did, with one or two questions. I can stop it any time."
    ),
}


class PhoneField(forms.CharField):
    """A phone number as people write it; its value is the number as we keep it (E.164)."""

    def prepare_value(self, value: Any) -> Any:
        """Show what is kept as people write it, and what was typed as it was."""
        return addresses.show_phone(value) if isinstance(value, str) else value

    def clean(self, value: Any) -> str:
        """Fold the number; what is none is an error that shows one."""
        typed = super().clean(value)
        folded = addresses.fold_phone(typed)
        if typed and not folded:
            raise forms.ValidationError(
                _("This does not look like a phone number. For example: 090-1234-5678"),
                code="invalid",
            )
        return folded


class ProfileForm(forms.ModelForm):
    """What we call somebody and the language we write in."""

    phone = PhoneField(
        label=_("Phone"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )

    class Meta:
        model = Customer
        fields = ("name", "kana", "phone", "language")
        widgets: ClassVar = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "language": forms.RadioSelect,
        }


class ConsentForm(forms.Form):
    """A box for each purpose; a changed box is a new consent, an unchanged one is nothing."""

    news = forms.BooleanField(required=False, label=WORDING[Consent.Purpose.NEWS])
    surveys = forms.BooleanField(required=False, label=WORDING[Consent.Purpose.SURVEYS])

    def __init__(self, *args: Any, customer: Customer, **options: Any) -> None:
        self.customer = customer
        now = {str(purpose): services.has_agreed(customer, purpose) for purpose in WORDING}
        super().__init__(*args, **{**options, "initial": now})

    def keep(self, *, place: str) -> None:
        """Write down what changed, with the words as they stood on the page at ``place``."""
        for purpose, wording in WORDING.items():
            if purpose in self.changed_data:
                services.consent(
                    self.customer,
                    purpose=purpose,
                    given=self.cleaned_data[purpose],
                    wording=str(wording),
                    channel="web",
                    place=place,
                )


class EraseForm(forms.Form):
    """A yes to being erased."""

    sure = forms.BooleanField(label=_("Yes, erase my data. I know that this cannot be undone."))
