"""Sending a code to an address, which is how everybody signs in.

Known and unknown addresses are the same from here on: whoever is asked for has a row, gets a mail
and is led to the page that takes the code, so nothing can be learned by trying (DESIGN §1.3).
"""

import logging
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from portal import limits, logs
from portal.customers import services

log = logging.getLogger(__name__)


def send(request: HttpRequest, email: str, *, next: str = "") -> HttpResponse:
    """Mail a code to a folded address and lead to the page that takes it, then on to ``next``.

    Raises limits.TooMany. A mail that cannot be sent leads back to the sign-in page, which says so.
    """
    limits.demand("code.network", limits.network(request))
    limits.demand("code.address", email)
    here = translation.get_language() or settings.LANGUAGE_CODE
    customer = services.known(email, language=here)
    onward = f"?{urlencode({'next': next})}" if next and get_adapter().is_safe_url(next) else ""
    try:
        with translation.override(services.language_for(customer, here)):
            LoginCodeVerificationProcess.initiate(request=request, user=customer, email=email)
    except OSError as error:  # what smtplib and the network raise
        logs.failure(log, "code.not_sent", error)
        messages.error(request, not_sent())
        return redirect(reverse("account_request_login_code") + onward)
    return redirect(reverse("account_confirm_login_code") + onward)


def mail(email: str, code: str) -> None:
    """Mail ``code`` to ``email`` in the language of the moment; straight out, never queued.

    Raises OSError if the mail server does not take it.
    """
    get_adapter().send_mail("account/email/login_code", email, {"code": code})


def not_sent() -> str:
    """Say that the code could not be mailed."""
    return gettext("We could not send the mail just now. Please try again in a few minutes.")
