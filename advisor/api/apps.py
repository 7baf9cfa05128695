"""Where does Django find the app of the same services as JSON?"""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Register the app under the label `api`."""

    name = "advisor.api"
    label = "api"
    default_auto_field = "django.db.models.BigAutoField"
