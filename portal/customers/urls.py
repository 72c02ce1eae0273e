"""Sign-in, sign-out and what an account is made safe with; below the language."""

from allauth.account.views import logout
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path

from portal.customers import views

_ask = views.RequestCodeView.as_view()

urlpatterns = [
    # allauth leads to "account_login" wherever somebody has to start over.
    path("sign-in/", _ask, name="account_login"),
    path("sign-in/", _ask, name="account_request_login_code"),
    path("sign-in/code/", views.ConfirmCodeView.as_view(), name="account_confirm_login_code"),
    path("sign-in/second/", mfa.authenticate, name="mfa_authenticate"),
    path("sign-in/passkey/", views.PasskeySignInView.as_view(), name="mfa_login_webauthn"),
    path("sign-out/", logout, name="account_logout"),
    # Passkeys and the app are listed on one page; allauth knows it by two names.
    path("settings/security/", mfa.index, name="mfa_list_webauthn"),
    path("settings/security/", mfa.index, name="mfa_index"),
    path("settings/security/again/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("settings/security/app/", views.SetUpAppView.as_view(), name="mfa_activate_totp"),
    path("settings/security/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("settings/security/codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "settings/security/codes/new/",
        recovery.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path("settings/security/keys/", views.AddPasskeyView.as_view(), name="mfa_add_webauthn"),
    path(
        "settings/security/keys/again/",
        webauthn.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "settings/security/keys/<int:pk>/remove/",
        views.RemovePasskeyView.as_view(),
        name="mfa_remove_webauthn",
    ),
]
