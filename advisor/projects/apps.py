"""Where does Django find the app of which decision is to be made?"""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    """Register the app under the label `projects`."""

    name = "advisor.projects"
    label = "projects"
    default_auto_field = "django.db.models.BigAutoField"
