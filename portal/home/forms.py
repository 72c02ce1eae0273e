"""Forms of the customer's settings."""

from typing import ClassVar

from django import forms

from portal.customers.models import Customer


class ProfileForm(forms.ModelForm):
    """What we call somebody and the language we write in."""

    class Meta:
        model = Customer
        fields = ("name", "kana", "phone", "language")
        widgets: ClassVar = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "phone": forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
            "language": forms.RadioSelect,
        }
