"""Where does django-allauth differ here? In its words and in the host of its links."""

from typing import ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.urls import reverse


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Say errors in our words; build links from SITE_URL, not from the Host header."""

    error_messages: ClassVar[dict[str, str]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": (
            "The e-mail or password is not right. Check both, or reset your password."
        ),
        "too_many_login_attempts": (
            "Too many attempts. Try again in 15 minutes or reset your password."
        ),
        "email_taken": "Somebody has an account with this address already. Sign in.",
    }

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the address of the reset page for ``key`` (uid-token)."""
        uid, _, token = key.partition("-")
        path = reverse(
            "account_reset_password_from_key", kwargs={"uidb36": uid, "key": token}
        )
        return f"{settings.SITE_URL}{path}"

    def get_email_confirmation_url(
        self, request: object, emailconfirmation: object
    ) -> str:
        """Return the address that confirms an e-mail address."""
        key = emailconfirmation.key  # type: ignore[attr-defined]
        return f"{settings.SITE_URL}{reverse('account_confirm_email', args=[key])}"
