"""What was asked, what came back, who holds it now? Rows of runs, the only truth.

A queue message is a hint; whether work is due, held or done stands here. Money is in
millionths of a US dollar. Times of leases are the database's.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from advisor.accounts.models import Team
from advisor.catalog.models import Endpoint
from advisor.projects.models import Project, Sample, Setup, Upload


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


class Candidate(models.Model):
    """A model card, engine and settings under test in one run; or its reference.

    `spec` is frozen at launch. `lease_*` guards work that is one unit, such as the
    speed phase; a trial has its own lease.
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
    certifiers = models.JSONField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    crashes = models.IntegerField(default=0)
    hinted_at = models.DateTimeField(null=True, blank=True)
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
    sample = models.ForeignKey(Sample, models.PROTECT, related_name="+")
    repeat = models.IntegerField(default=0)
    position = models.IntegerField(help_text="Place in the fixed random order, from 0")
    block = models.IntegerField(help_text="Block in which it is committed, from 0")
    state = models.CharField(max_length=12, choices=State, default=State.PENDING)
    not_before = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    claims = models.IntegerField(default=0)
    errors = models.IntegerField(default=0)
    solo_crashes = models.IntegerField(default=0)
    last_error_code = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["run", "candidate", "sample", "repeat"], name="one_trial"
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
    """One try at a trial, written before anything is sent: the ledger of money."""

    class State(models.TextChoices):
        """What became of the money."""

        RESERVED = "reserved", "Reserved"
        SETTLED = "settled", "Settled"
        RELEASED = "released", "Released"
        UNKNOWN = "unknown", "Unknown"

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="attempts")
    claim_no = models.IntegerField()
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
            )
        ]


class Answer(models.Model):
    """The stored result of a trial: exactly one a finished trial.

    `score` is the deciding score in [0, 1]; null is a gap. A failure caused by the
    model has a failure code and scores 0; a transport failure is a gap.
    """

    trial = models.OneToOneField(
        Trial, models.CASCADE, primary_key=True, related_name="answer"
    )
    output = models.TextField(blank=True)
    finish = models.CharField(max_length=10)
    score = models.FloatField(null=True, blank=True)
    prompt_tokens = models.IntegerField(null=True, blank=True)
    completion_tokens = models.IntegerField(null=True, blank=True)
    tokens_origin = models.CharField(max_length=10, blank=True)
    latency_ms = models.FloatField(null=True, blank=True)
    ttft_ms = models.FloatField(null=True, blank=True)
    cost_micro = models.BigIntegerField(null=True, blank=True)
    cost_origin = models.CharField(max_length=10, blank=True)
    failure_code = models.CharField(max_length=60, blank=True)
    failure_kind = models.CharField(max_length=15, blank=True)
    failure_message = models.CharField(max_length=500, blank=True)
    input_cut = models.BooleanField(default=False)
    cached = models.BooleanField(default=False)
    attempt_no = models.IntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)


class Score(models.Model):
    """What one scorer says of one answer, in [0, 1]."""

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="scores")
    scorer = models.CharField(max_length=40)
    scorer_version = models.CharField(max_length=20)
    value = models.FloatField()
    detail = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["trial", "scorer", "scorer_version"], name="one_score"
            )
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


class StoredRecommendation(models.Model):
    """The recommendation of a finished run, as the bytes that were decided."""

    run = models.OneToOneField(
        Run, models.CASCADE, primary_key=True, related_name="recommendation"
    )
    outcome = models.CharField(max_length=20)
    recommended = models.CharField(max_length=80, blank=True)
    sentence = models.TextField()
    document = models.TextField(help_text="Canonical JSON, rightsize.recommendation/1")
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
