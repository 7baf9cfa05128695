"""Where does Django find the app of who works together?"""

from django.apps import AppConfig

# django-allauth's forms in our words; read by the settings before any app is loaded.
SIGN_IN_FORMS = {
    "login": "advisor.accounts.forms.SignInForm",
    "signup": "advisor.accounts.forms.SignUpForm",
    "reset_password": "advisor.accounts.forms.ResetForm",
    "reset_password_from_key": "advisor.accounts.forms.NewPasswordForm",
    "change_password": "advisor.accounts.forms.OtherPasswordForm",
}


class AccountsConfig(AppConfig):
    """Register the app under the label `accounts`."""

    name = "advisor.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
