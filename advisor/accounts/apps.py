"""Where does Django find the app of who works together?"""

from typing import Any

from django.apps import AppConfig
from django.http import HttpRequest

# django-allauth's forms in our words; read by the settings before any app is loaded.
SIGN_IN_FORMS = {
    "login": "advisor.accounts.forms.SignInForm",
    "signup": "advisor.accounts.forms.SignUpForm",
    "reset_password": "advisor.accounts.forms.ResetForm",
    "reset_password_from_key": "advisor.accounts.forms.NewPasswordForm",
    "change_password": "advisor.accounts.forms.OtherPasswordForm",
    "set_password": "advisor.accounts.forms.FirstPasswordForm",
    "add_email": "advisor.accounts.forms.AddressForm",
}


class AccountsConfig(AppConfig):
    """Register the app under the label `accounts`."""

    name = "advisor.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen for sign-ins, and for two-step sign-in being turned on."""
        from allauth.mfa.signals import authenticator_added
        from django.contrib.auth.signals import user_logged_in

        user_logged_in.connect(_session_began)
        authenticator_added.connect(_end_weaker_sessions)


def _session_began(sender: object, request: HttpRequest, **said: Any) -> None:
    from allauth.core.internal.httpkit import get_client_ip

    from advisor.accounts import services

    services.session_began(
        request=request, user=said["user"], ip=get_client_ip(request)
    )


def _end_weaker_sessions(sender: object, request: HttpRequest, **said: Any) -> None:
    """Sign out the browsers that got in with a password alone."""
    from advisor.accounts import services

    services.end_other_sessions(user=said["user"], keep=request.session.session_key)
