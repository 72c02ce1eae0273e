"""How allauth is bent to our sign-in: a code for everybody, no sign-up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.stages import AuthenticateStage
from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal import limits
from portal.customers import doors, services
from portal.customers.models import Customer
from portal.shop import services as shop

STAFF_SESSION_SECONDS = 12 * 3600


class PortalAccountAdapter(DefaultAccountAdapter):
    """Known and unknown addresses behave alike; nobody signs up; a code proves an e-mail."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_code": _("This is not the code of the latest mail. Please check it."),
        "too_many_login_attempts": _("That did not work several times. Please ask for a new code."),
        "email_password_mismatch": _("The e-mail address and the password do not belong together."),
    }

    def login(self, request: HttpRequest, user: Customer) -> None:
        """Open the session; one of staff ends with the working day."""
        super().login(request, user)
        if user.is_staff:
            request.session.set_expiry(STAFF_SESSION_SECONDS)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Answer no: whoever proves an address is a customer, there is nothing to sign up for."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Tell whether `next` may lead to ``url``: a path of ours, never a whole address."""
        is_path = url.startswith("/") and not set(url) & set("\\\r\n\t")
        return is_path and bool(super().is_safe_url(url))

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address our own proxy vouches for, as for all other limits."""
        return limits.network(request)

    def is_reauthentication_required(self, *, app: str, **details: Any) -> bool:
        """Ask staff for their second factor again before it is changed; customers have none.

        A customer who lost the device must be able to remove its passkey; each change is told.
        """
        person = context.request.user
        required = super().is_reauthentication_required(app=app, **details)
        return bool(person.is_staff and required and self.get_reauthentication_methods(person))

    def get_reauthentication_methods(self, user: Customer) -> list[dict[str, Any]]:
        """Return the second factor, if one is set up: a password opens nothing here."""
        if not user.is_authenticated:
            return []
        url = doors.second_factor_url(user)
        return [] if url == reverse("mfa_index") else [{"id": "second_factor", "url": url}]

    def get_login_stages(self) -> list[str]:
        """Return the steps of signing in, with our own rule for the second factor."""
        ours = f"{SecondFactorStage.__module__}.{SecondFactorStage.__qualname__}"
        theirs = "allauth.mfa.stages.AuthenticateStage"
        return [ours if path == theirs else path for path in super().get_login_stages()]

    def respond_user_inactive(self, request: HttpRequest, user: Customer) -> HttpResponse:
        """Lead back to the sign-in page: no page of its own tells that an account is closed."""
        return redirect(reverse("account_request_login_code"))

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """Render a mail with the shop at hand and marked as automatic (RFC 3834)."""
        minutes = settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT // 60
        context = {
            **context,
            "shop": shop.current(),
            "minutes": minutes,
            "base_url": settings.BASE_URL,
        }
        headers = {**(headers or {}), "Auto-Submitted": "auto-generated"}
        return super().render_mail(template_prefix, email, context, headers)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return where one arrives without a `next`: staff at their door, customers at home."""
        return doors.home_of(request.user) or f"/{get_language() or settings.LANGUAGE_CODE}/"

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Return the home page in the language of the moment."""
        return f"/{get_language() or settings.LANGUAGE_CODE}/"

    def post_login(
        self, request: HttpRequest, user: Customer, *, email: str | None, **details: Any
    ) -> HttpResponse:
        """Write down the proof that a code is, before going on to where one wanted."""
        by_code = any(
            record["method"] == "code" and record.get("email") == email
            for record in get_authentication_records(request, user)
        )
        services.signed_in(
            user,
            email=email if by_code else None,
            channel="web",
            language=get_language() or settings.LANGUAGE_CODE,
        )
        response: HttpResponse = super().post_login(request, user, email=email, **details)
        return response


class SecondFactorStage(AuthenticateStage):
    """Asks staff for their second factor; a customer's passkey is another way in, not a hurdle."""

    def _should_handle(self, request: HttpRequest) -> bool:
        user = self.login.user
        return bool(user and user.is_staff and super()._should_handle(request))


class PortalMFAAdapter(DefaultMFAAdapter):
    """Names the shop, not the host, in authenticator apps and passkey dialogues."""

    def _get_site_name(self) -> str:
        return shop.current().name
