"""Where does Django find the app of what people read and print?"""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Register the app under the label `reports`."""

    name = "advisor.reports"
    label = "reports"
    default_auto_field = "django.db.models.BigAutoField"
