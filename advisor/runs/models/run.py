"""Which setup was launched, how far is it, what did it cost? One row a run.

Money is in millionths of a US dollar.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from advisor.accounts.models import Team
from advisor.projects.models import Project, Setup


class Run(models.Model):
    """One launched comparison of a frozen setup, with its prices and seed."""

    class State(models.TextChoices):
        """Where the run stands; the last five are final."""

        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        PAUSED = "paused", "Paused"
        CANCELLING = "cancelling", "Cancelling"
        FINALIZING = "finalizing", "Finalizing"
        COMPLETED = "completed", "Done"
        WITH_GAPS = "completed_with_gaps", "Done, with gaps"
        CANCELLED = "cancelled", "Cancelled"
        BUDGET_STOPPED = "budget_stopped", "Stopped at the cap"
        FAILED = "failed", "Failed"

    team = models.ForeignKey(Team, models.CASCADE, related_name="runs")
    project = models.ForeignKey(Project, models.CASCADE, related_name="runs")
    setup = models.ForeignKey(Setup, models.PROTECT, related_name="runs")
    number = models.IntegerField()
    state = models.CharField(max_length=20, choices=State, default=State.QUEUED)
    pause_reason = models.CharField(max_length=300, blank=True)
    manifest = models.JSONField(
        help_text="Rule, samples, prices, prompts, seed, versions: all that decides"
    )
    manifest_sha256 = models.CharField(max_length=64)
    rule_sha256 = models.CharField(max_length=64)
    samples_sha256 = models.CharField(max_length=64)
    seed = models.BigIntegerField(default=0)
    look = models.IntegerField(default=1)
    generation = models.IntegerField(default=1)
    others_too = models.BooleanField(
        default=False, help_text="Dearer candidates run although one is certified"
    )
    idempotency_key = models.CharField(max_length=80, blank=True)
    cap_micro = models.BigIntegerField(null=True, blank=True)
    spent_micro = models.BigIntegerField(default=0)
    reserved_micro = models.BigIntegerField(default=0)
    unknown_micro = models.BigIntegerField(default=0)
    overshoot_micro = models.BigIntegerField(default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    hinted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "number"], name="one_run_no"),
            models.UniqueConstraint(
                fields=["team", "idempotency_key"],
                condition=~Q(idempotency_key=""),
                name="one_run_per_idempotency_key",
            ),
            models.CheckConstraint(
                condition=Q(cap_micro__isnull=True)
                | Q(
                    cap_micro__gte=F("spent_micro")
                    + F("reserved_micro")
                    + F("unknown_micro")
                ),
                name="run_within_cap",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["state"],
                condition=Q(
                    state__in=["queued", "running", "cancelling", "finalizing"]
                ),
                name="live_runs",
            )
        ]
