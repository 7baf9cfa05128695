"""What did a team decide about a run's recommendation, who signed, until when?"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from advisor.accounts.models import Team
from advisor.runs.models import Run


class RecordCounter(models.Model):
    """The number of a team's newest decision record; its row is the lock of the next.

    Counted here and not from the records, so that no number is given twice.
    """

    team = models.OneToOneField(
        Team, models.CASCADE, primary_key=True, related_name="record_counter"
    )
    last = models.IntegerField(default=0)


class DecisionRecord(models.Model):
    """One numbered decision record of a run: proposed until somebody signs.

    Once signed nothing of it changes but ``superseded_by``: who decides anew signs the
    next record. ``model`` is the key of the candidate accepted or rejected, or of the
    reference that is kept.
    """

    class Verdict(models.TextChoices):
        """What was decided; empty while it is proposed."""

        ACCEPTED = "accepted", "Accepted"
        REJECTED = "rejected", "Rejected"

    team = models.ForeignKey(Team, models.CASCADE, related_name="decision_records")
    run = models.ForeignKey(Run, models.CASCADE, related_name="records")
    number = models.IntegerField()
    opened_at = models.DateTimeField(auto_now_add=True)
    verdict = models.CharField(max_length=10, choices=Verdict, blank=True)
    model = models.CharField(max_length=80, blank=True)
    reason = models.TextField(blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    signer_name = models.CharField(max_length=80, blank=True)
    signer_role = models.CharField(max_length=80, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    revisit_by = models.DateField(null=True, blank=True)
    superseded_by = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="supersedes"
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["team", "number"], name="one_record_number"
            ),
            models.UniqueConstraint(
                fields=["run"],
                condition=Q(signed_at__isnull=True),
                name="one_open_record_per_run",
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, verdict="", revisit_by__isnull=True)
                | Q(signed_at__isnull=False, revisit_by__isnull=False)
                & ~Q(verdict="")
                & ~Q(signer_name=""),
                name="record_signed_whole",
            ),
        ]

    @property
    def name(self) -> str:
        """Return what the record is called, such as RS-0014."""
        return self.name_of(self.number)

    @staticmethod
    def name_of(number: int) -> str:
        """Return what the record of a number is called."""
        return f"RS-{number:04}"
