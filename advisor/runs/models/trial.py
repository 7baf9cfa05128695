"""What was asked, by whom is it held, and what did each try cost?

Times of leases are the database's, money is in millionths of a US dollar.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from advisor.accounts.models import TeamMonth
from advisor.projects.models import Sample
from advisor.runs.models.candidate import Candidate
from advisor.runs.models.run import Run


class Trial(models.Model):
    """One (candidate, sample, repeat) of a run."""

    class State(models.TextChoices):
        """Where the trial stands; the last four are final."""

        PENDING = "pending", "Pending"
        LEASED = "leased", "Leased"
        SUCCEEDED = "succeeded", "Answered"
        FAILED = "failed", "Failed"
        SKIPPED = "skipped", "Skipped"
        QUARANTINED = "quarantined", "Quarantined"

    run = models.ForeignKey(Run, models.CASCADE, related_name="trials")
    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="trials")
    # Its index is that of the constraint below, which begins with it: each of a trial's
    # updates writes into every index.
    sample = models.ForeignKey(Sample, models.PROTECT, related_name="+", db_index=False)
    repeat = models.IntegerField(default=0)
    position = models.IntegerField(help_text="Place in the fixed random order, from 0")
    block = models.IntegerField(help_text="Block in which it is committed, from 0")
    state = models.CharField(max_length=12, choices=State, default=State.PENDING)
    not_before = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    claims = models.IntegerField(default=0)
    losses = models.IntegerField(default=0, help_text="Claims whose worker went")
    errors = models.IntegerField(default=0)
    solo_crashes = models.IntegerField(default=0)
    last_error_code = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["sample", "candidate", "repeat"], name="one_trial"
            ),
            models.CheckConstraint(
                condition=Q(
                    state="leased",
                    lease_until__isnull=False,
                    lease_token__isnull=False,
                )
                | (
                    ~Q(state="leased")
                    & Q(lease_until__isnull=True, lease_token__isnull=True)
                ),
                name="trial_leased_iff_lease",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["candidate", "position"],
                condition=Q(state="pending"),
                name="pending_trials",
            ),
            models.Index(
                fields=["lease_until"],
                condition=Q(state="leased"),
                name="leased_trials",
            ),
        ]


class Attempt(models.Model):
    """One try at a trial, written before anything is sent: the ledger of money.

    ``month`` is the team's month whose books hold a reserve; null where none was made.
    """

    class State(models.TextChoices):
        """What became of the money."""

        RESERVED = "reserved", "Reserved"
        SETTLED = "settled", "Settled"
        RELEASED = "released", "Released"
        UNKNOWN = "unknown", "Unknown"

    # Found by the constraint below, which begins with it; a month by an index of those
    # attempts alone that have one.
    trial = models.ForeignKey(
        Trial, models.CASCADE, related_name="attempts", db_index=False
    )
    claim_no = models.IntegerField()
    month = models.ForeignKey(
        TeamMonth,
        models.RESTRICT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    state = models.CharField(max_length=10, choices=State, default=State.RESERVED)
    reserved_micro = models.BigIntegerField(default=0)
    cost_micro = models.BigIntegerField(null=True, blank=True)
    sent_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["trial", "claim_no"], name="one_attempt")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["trial"],
                condition=Q(state="reserved"),
                name="open_attempts",
            ),
            models.Index(
                fields=["month"],
                condition=Q(month__isnull=False),
                name="attempts_of_month",
            ),
        ]
