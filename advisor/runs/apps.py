"""Where does Django find the app of what was asked and answered?"""

from django.apps import AppConfig


class RunsConfig(AppConfig):
    """Register the app under the label `runs`."""

    name = "advisor.runs"
    label = "runs"
    default_auto_field = "django.db.models.BigAutoField"
