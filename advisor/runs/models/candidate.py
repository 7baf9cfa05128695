"""Who is under test in a run, who sets the bar, and how fast was each?"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from advisor.catalog.models import Endpoint
from advisor.projects.models import Sample, Upload
from advisor.runs.models.run import Run


class Candidate(models.Model):
    """A model card, engine and settings under test in one run; or its reference.

    `spec` is frozen at launch. `lease_*` guards work that is one unit, such as the
    speed phase; a trial has its own lease. In a race, blocks from `open_to` on wait
    until what comes before them is judged, and `certifiers` hold the states that spare
    replaying it; null otherwise. `served_at` is the end of the last slice of work.
    """

    class Role(models.TextChoices):
        """Is it under test, or does it set the bar?"""

        CANDIDATE = "candidate", "Candidate"
        REFERENCE = "reference", "Reference"

    class State(models.TextChoices):
        """Where the candidate stands; the last three are final."""

        WAITING = "waiting", "Waiting"
        PREPARING = "preparing", "Starting"
        READY = "ready", "Running"
        SPEED = "speed", "Measuring speed"
        PAUSED = "paused", "Paused"
        DONE = "done", "Done"
        UNFIT = "unfit", "Does not fit"
        NOT_RUN = "not_run", "Not run"

    class Decision(models.TextChoices):
        """What its own samples said in a race; empty while more could tell."""

        CERTIFIED = "certified", "Certified"
        DISCARDED = "discarded", "Discarded"
        UNDECIDED = "undecided", "Undecided"

    run = models.ForeignKey(Run, models.CASCADE, related_name="candidates")
    key = models.CharField(max_length=80)
    role = models.CharField(max_length=10, choices=Role, default=Role.CANDIDATE)
    position = models.IntegerField(help_text="Planned order by the objective, from 0")
    engine = models.CharField(max_length=30)
    queue = models.CharField(max_length=10)
    spec = models.JSONField()
    endpoint = models.ForeignKey(
        Endpoint, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    recorded = models.ForeignKey(
        Upload, models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=500, blank=True)
    facts = models.JSONField(null=True, blank=True)
    decision = models.CharField(max_length=10, choices=Decision, blank=True)
    decided_after = models.IntegerField(
        null=True, blank=True, help_text="Samples; what was asked ahead does not count"
    )
    open_to = models.IntegerField(null=True, blank=True)
    certifiers = models.JSONField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    crashes = models.IntegerField(default=0)
    hinted_at = models.DateTimeField(null=True, blank=True)
    served_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["run", "key"], name="one_candidate_key"),
            models.UniqueConstraint(
                fields=["run"],
                condition=Q(role="reference"),
                name="one_reference_per_run",
            ),
            models.CheckConstraint(
                condition=Q(lease_token__isnull=True, lease_until__isnull=True)
                | Q(lease_token__isnull=False, lease_until__isnull=False),
                name="candidate_lease_is_whole",
            ),
        ]


class SpeedRecord(models.Model):
    """One request of the speed phase, stamped by a monotonic clock.

    `phase` is warm-up, single (concurrency 1) or load (open loop at the peak rate);
    times count from the scheduled send; a failure has a code and no times.
    """

    class Phase(models.TextChoices):
        """Under which load the request was sent."""

        WARM_UP = "warm_up", "Warm-up"
        SINGLE = "single", "Concurrency 1"
        LOAD = "load", "Peak load"

    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="speed")
    phase = models.CharField(max_length=10, choices=Phase)
    index = models.IntegerField()
    burst = models.IntegerField(null=True, blank=True)
    sample = models.ForeignKey(Sample, models.PROTECT, null=True, related_name="+")
    ttft_ms = models.FloatField(null=True, blank=True)
    total_ms = models.FloatField(null=True, blank=True)
    completion_tokens = models.IntegerField(null=True, blank=True)
    failure_code = models.CharField(max_length=60, blank=True)
    disturbed = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["candidate", "phase", "index"], name="one_speed_record"
            )
        ]
