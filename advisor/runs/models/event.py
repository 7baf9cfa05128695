"""What happened in a run? Lines of its log, newest last."""

from typing import ClassVar

from django.db import models

from advisor.runs.models.candidate import Candidate
from advisor.runs.models.run import Run


class RunEvent(models.Model):
    """One line of a run's log: what happened, to whom, and the remedy where known."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="events")
    candidate = models.ForeignKey(
        Candidate, models.CASCADE, null=True, blank=True, related_name="events"
    )
    at = models.DateTimeField(auto_now_add=True)
    kind = models.CharField(max_length=40)
    level = models.CharField(max_length=10, default="info")
    text = models.CharField(max_length=500)
    data = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["run", "-id"], name="events_by_run")
        ]
