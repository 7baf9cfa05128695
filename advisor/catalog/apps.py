"""Where does Django find the app of what is known of models and machines?"""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """Register the app under the label `catalog`."""

    name = "advisor.catalog"
    label = "catalog"
    default_auto_field = "django.db.models.BigAutoField"
