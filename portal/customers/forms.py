"""Forms of sign-in."""

from allauth.account.forms import RequestLoginCodeForm


class RequestCodeForm(RequestLoginCodeForm):
    """Asks for the address a code is sent to."""
