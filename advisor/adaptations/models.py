"""Which models were, or are to be, made from others? Rows of jobs and results."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from advisor.accounts.models import TeamMonth
from advisor.catalog.models import ModelCard
from advisor.projects.models import Project, Sample, Setup


class Adaptation(models.Model):
    """A job that makes a smaller or better model from a parent; the row is the truth.

    A message to a worker is only a hint. Who works holds the lease under a claim
    number; a worker that dies leaves row and work folder to the next. ``spent_s`` and
    ``cpu_s`` count over all sittings.
    """

    class Technique(models.TextChoices):
        """What is done to the parent."""

        FINE_TUNE = "fine_tune", "Fine-tune"
        DISTIL = "distil", "Distil"
        PRUNE = "prune", "Prune"
        QUANTISE = "quantise", "Quantise"

    class State(models.TextChoices):
        """Where the job stands; the last three are final."""

        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    project = models.ForeignKey(Project, models.CASCADE, related_name="adaptations")
    number = models.IntegerField()
    setup = models.ForeignKey(
        Setup, models.PROTECT, related_name="adaptations", help_text="Its samples train"
    )
    key = models.CharField(max_length=80, help_text="The result's name as a candidate")
    parent_key = models.CharField(max_length=80)
    parent = models.JSONField(help_text="The parent as the setup's document has it")
    teacher = models.JSONField(null=True, blank=True, help_text="The same of a teacher")
    technique = models.CharField(max_length=10, choices=Technique)
    recipe = models.JSONField(help_text="The order, every figure of it")
    budget_s = models.FloatField(help_text="Seconds of work, over all sittings")
    teacher_cap_micro = models.BigIntegerField(null=True, blank=True)
    teacher_spent_micro = models.BigIntegerField(default=0)
    terms = models.TextField(blank=True, help_text="The teacher's, as they were shown")
    terms_accepted_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    stage = models.CharField(max_length=60, blank=True)
    step = models.IntegerField(default=0)
    loss = models.FloatField(null=True, blank=True)
    spent_s = models.FloatField(default=0.0)
    cpu_s = models.FloatField(default=0.0)
    data_sha256 = models.CharField(max_length=64, blank=True)
    data_count = models.IntegerField(default=0)
    notes = models.JSONField(default=list, blank=True)
    problem = models.CharField(max_length=500, blank=True)
    claims = models.IntegerField(default=0)
    deaths = models.IntegerField(default=0, help_text="Claims whose holder died")
    lease_until = models.DateTimeField(null=True, blank=True)
    hinted_at = models.DateTimeField(null=True, blank=True)
    folder = models.CharField(
        max_length=500, blank=True, help_text="Where the model is"
    )
    weights_sha256 = models.CharField(max_length=64, blank=True)
    record = models.JSONField(null=True, blank=True)
    card = models.ForeignKey(
        ModelCard, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["project", "number"], name="one_adaptation_number"
            ),
            models.UniqueConstraint(
                fields=["project", "key"], name="one_adaptation_key"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="done") | ~models.Q(weights_sha256=""),
                name="a_made_model_has_its_hash",
            ),
            models.CheckConstraint(
                condition=models.Q(teacher_cap_micro__isnull=True)
                | models.Q(teacher_cap_micro__gte=models.F("teacher_spent_micro")),
                name="teacher_within_cap",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class TeacherAnswer(models.Model):
    """What a teacher that lies elsewhere said to one tuning sample, and its price.

    Reserved at its worst price before the call is sent and settled by what it cost;
    what may have been billed without an answer is ``unknown``. An answer is never asked
    for twice.
    """

    class State(models.TextChoices):
        """What became of the money."""

        RESERVED = "reserved", "Reserved"
        SETTLED = "settled", "Settled"
        UNKNOWN = "unknown", "Unknown"

    adaptation = models.ForeignKey(Adaptation, models.CASCADE, related_name="answers")
    sample = models.ForeignKey(Sample, models.PROTECT, related_name="+")
    month = models.ForeignKey(
        TeamMonth, models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.CharField(max_length=10, choices=State, default=State.RESERVED)
    reserved_micro = models.BigIntegerField(default=0)
    cost_micro = models.BigIntegerField(null=True, blank=True)
    output = models.TextField(blank=True)
    problem = models.CharField(max_length=300, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["adaptation", "sample"], name="one_teacher_answer"
            )
        ]
