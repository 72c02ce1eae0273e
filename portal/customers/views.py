"""The pages of sign-in."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import Login
from allauth.account.stages import LoginByCodeStage, LoginStage
from allauth.account.views import ConfirmLoginCodeView, RequestLoginCodeView
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.forms import AddWebAuthnForm, LoginWebAuthnForm
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from allauth.mfa.webauthn.views import AddWebAuthnView, LoginWebAuthnView, RemoveWebAuthnView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from portal import limits
from portal.customers import addresses, codes, forms, services


class RequestCodeView(RequestLoginCodeView):
    """Asks for an e-mail address and mails a code to it."""

    def get_form_class(self) -> type[forms.RequestCodeForm]:
        """Return our form, which takes every address alike."""
        return forms.RequestCodeForm

    def form_valid(self, form: forms.RequestCodeForm) -> HttpResponse:
        """Mail the code and go on to the page that takes it."""
        return codes.send(self.request, form.cleaned_data["email"], next=self.get_next_url() or "")

    def _redirect_to_pending_stage(
        self, request: HttpRequest, stage: LoginStage
    ) -> HttpResponseRedirect | None:
        # Who comes back while a code is awaited wants another address.
        if isinstance(stage, LoginByCodeStage):
            return None
        return super()._redirect_to_pending_stage(request, stage)


class ConfirmCodeView(ConfirmLoginCodeView):
    """Takes the code of the mail, or sends another."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Check the code; the button `resend` mails a new one instead."""
        email = self._process.state["email"]
        if request.POST.get("action") == "resend":
            return codes.send(request, email, next=self.get_next_url() or "")
        limits.demand("code.confirm", email)
        response: HttpResponse = super().post(request, *args, **kwargs)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show the address masked: the page may stand open on a shared screen."""
        context = super().get_context_data(**kwargs)
        return {**context, "masked": addresses.mask_email(self._process.state["email"])}


class PasskeySignInView(LoginWebAuthnView):
    """Signs in who shows a passkey, and leads on to where they wanted."""

    def form_valid(self, form: LoginWebAuthnForm) -> HttpResponse:
        """Take the passkey as proof of who it is."""
        onward = self.request.POST.get("next", "")
        passkey = form.cleaned_data["credential"]
        login = Login(
            user=passkey.user,
            redirect_url=onward if get_adapter().is_safe_url(onward) else None,
        )
        return perform_passwordless_login(self.request, passkey, login)


def _second_factor_shown(request: HttpRequest, kind: str) -> None:
    """Take the setting up of a second factor as its first showing: nobody shows it twice over.

    Who has one already had to show that one to get here.
    """
    newest = Authenticator.objects.filter(user=request.user, type=kind).order_by("pk").last()
    if newest and request.user.is_staff:
        post_authentication(request, newest, reauthenticated=True)


class SetUpAppView(ActivateTOTPView):
    """Sets up an authenticator app."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep it."""
        response: HttpResponse = super().form_valid(form)
        _second_factor_shown(self.request, Authenticator.Type.TOTP)
        return response


class AddPasskeyView(AddWebAuthnView):
    """Adds a passkey; only staff, who cannot come in without it, get recovery codes."""

    def form_valid(self, form: AddWebAuthnForm) -> HttpResponse:
        """Keep the passkey and tell its owner."""
        response: HttpResponse = super().form_valid(form)
        person = self.request.user
        if not person.is_staff:
            # allauth makes them for everybody; to a customer they would be a riddle.
            codes_of = Authenticator.objects.filter(user=person)
            codes_of.filter(type=Authenticator.Type.RECOVERY_CODES).delete()
        services.passkey_changed(person, added=True)
        _second_factor_shown(self.request, Authenticator.Type.WEBAUTHN)
        return response

    def get_success_url(self) -> str:
        """Return where the list of passkeys stands, or the codes to keep."""
        if self.request.user.is_staff:
            return str(super().get_success_url())
        return reverse("mfa_index")


class RemovePasskeyView(RemoveWebAuthnView):
    """Removes a passkey and tells its owner."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Remove it."""
        response: HttpResponse = super().form_valid(form)
        services.passkey_changed(self.request.user, added=False)
        return response
