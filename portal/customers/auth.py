"""How allauth is bent to our sign-in: a code for everybody, no sign-up."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class PortalAccountAdapter(DefaultAccountAdapter):
    """Known and unknown addresses behave alike; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Answer no: whoever proves an address is a customer, there is nothing to sign up for."""
        return False
