"""Where does Django find the app of who works together?"""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Register the app under the label `accounts`."""

    name = "advisor.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
