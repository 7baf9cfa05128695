"""Where does Django find the app of jobs that make a smaller model from a parent?"""

from django.apps import AppConfig


class AdaptationsConfig(AppConfig):
    """Register the app under the label `adaptations`."""

    name = "advisor.adaptations"
    label = "adaptations"
    default_auto_field = "django.db.models.BigAutoField"
