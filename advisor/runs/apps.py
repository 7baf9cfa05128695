"""Where does Django find the app of what was asked and answered?"""

from typing import Any

from django.apps import AppConfig


class RunsConfig(AppConfig):
    """Register the app under the label `runs`."""

    name = "advisor.runs"
    label = "runs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen for members who leave their team."""
        from django.db.models.signals import pre_delete

        from advisor.accounts.models import Membership

        pre_delete.connect(_member_leaves, sender=Membership)


def _member_leaves(sender: object, instance: Any, **said: object) -> None:
    from advisor.runs.services.leaving import stop_runs_of

    stop_runs_of(leaving=instance)
