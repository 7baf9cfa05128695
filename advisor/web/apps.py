"""Where does Django find what all pages share?"""

from django.apps import AppConfig

from advisor.web.logs import configure_structlog


class WebConfig(AppConfig):
    """Register the app under the label `web` and make the log speak one language."""

    name = "advisor.web"
    label = "web"

    def ready(self) -> None:
        """Configure logging and register the system checks."""
        configure_structlog()
        from advisor.web import checks  # noqa: F401
