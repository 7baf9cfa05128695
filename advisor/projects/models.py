"""Which decision is asked, under which limits, on which samples? Rows of projects."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from advisor.accounts.models import Team


class Project(models.Model):
    """One decision: which model for this job?"""

    team = models.ForeignKey(Team, models.CASCADE, related_name="projects")
    slug = models.SlugField(max_length=90)
    name = models.CharField(max_length=80)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    reminded_of = models.DateField(
        null=True, blank=True, help_text="The decision day that was reminded of"
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["team", "slug"], name="one_project_slug"),
            models.UniqueConstraint(fields=["team", "name"], name="one_project_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Upload(models.Model):
    """A file as a member gave it: samples, or recorded answers of one model."""

    class Kind(models.TextChoices):
        """What the file holds."""

        SAMPLES = "samples", "Samples"
        RECORDED = "recorded", "Recorded answers"

    team = models.ForeignKey(Team, models.CASCADE, related_name="uploads")
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    size = models.IntegerField()
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["team", "kind", "sha256"], name="one_upload_per_content"
            )
        ]


class SampleSet(models.Model):
    """A versioned, hashed list of samples of one project."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="sample_sets")
    version = models.IntegerField()
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    count = models.IntegerField()
    notes = models.JSONField(default=list, blank=True)
    tuning_share = models.FloatField(
        default=0.0, help_text="Share of the units whose hash sends them to tuning"
    )
    flagged = models.JSONField(
        default=dict, blank=True, help_text="What looks like personal data or a key"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["project", "version"], name="one_sample_set_version"
            )
        ]


class Sample(models.Model):
    """One task: input, expected answer, optional group and tags."""

    class Split(models.TextChoices):
        """What the sample may be used for, fixed by a hash of its content."""

        EVALUATION = "evaluation", "Evaluation"
        TUNING = "tuning", "Tuning"

    sample_set = models.ForeignKey(SampleSet, models.CASCADE, related_name="samples")
    key = models.CharField(max_length=120)
    position = models.IntegerField(help_text="Row in the file, from 0")
    input = models.TextField()
    expected = models.JSONField(null=True)
    group = models.CharField(max_length=120, blank=True)
    tags = models.JSONField(default=list, blank=True)
    split = models.CharField(max_length=10, choices=Split, default=Split.EVALUATION)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["sample_set", "key"], name="one_sample_key")
        ]


class Setup(models.Model):
    """What a run needs, versioned; a draft may change, a frozen setup never does.

    `document` is the setup of the published schema with stored things named by id.
    """

    class State(models.TextChoices):
        """May it still change?"""

        DRAFT = "draft", "Draft"
        FROZEN = "frozen", "Frozen"

    project = models.ForeignKey(Project, models.CASCADE, related_name="setups")
    version = models.IntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    step = models.IntegerField(default=1, help_text="Wizard step reached, 1 to 5")
    document = models.JSONField(default=dict)
    confirmations = models.IntegerField(
        default=0, help_text="How often a step was confirmed"
    )
    typed = models.JSONField(
        default=dict, blank=True, help_text="By step: what was typed and not confirmed"
    )
    sample_set = models.ForeignKey(
        SampleSet, models.PROTECT, null=True, blank=True, related_name="setups"
    )
    rule_sha256 = models.CharField(max_length=64, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    frozen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["project", "version"], name="one_setup_version"
            ),
            models.UniqueConstraint(
                fields=["project"],
                condition=models.Q(state="draft"),
                name="one_draft_per_project",
            ),
        ]


class Intake(models.Model):
    """A file on its way to the samples of a draft; this row is the truth about it.

    A message to a worker is only a hint. Who works holds the lease; a worker that dies
    leaves the row to the next.
    """

    class State(models.TextChoices):
        """How far has it come?"""

        WAITING = "waiting", "Waiting"
        REFUSED = "refused", "Refused"
        TAKEN = "taken", "Taken"

    setup = models.ForeignKey(Setup, models.CASCADE, related_name="intakes")
    upload = models.ForeignKey(Upload, models.CASCADE, related_name="intakes")
    name = models.CharField(max_length=200)
    mapping = models.JSONField(null=True, help_text="Chosen columns, None to guess")
    options = models.JSONField(default=dict, blank=True)
    leave_out = models.BooleanField(default=False, help_text="Go on without bad rows")
    tuning_share = models.FloatField(default=0.0)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    stage = models.CharField(max_length=40, blank=True)
    rows_done = models.IntegerField(default=0)
    rows_total = models.IntegerField(null=True)
    columns = models.JSONField(default=list, blank=True)
    sheets = models.JSONField(default=list, blank=True)
    problems = models.JSONField(default=list, blank=True)
    cells = models.JSONField(
        default=dict, blank=True, help_text="What stands where errors are, by row"
    )
    corrections = models.JSONField(
        default=dict, blank=True, help_text="What was put right by hand, by row"
    )
    usable = models.IntegerField(null=True, help_text="Rows that could be used")
    lease_until = models.DateTimeField(null=True, blank=True)
    claims = models.IntegerField(default=0)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["setup"], name="one_intake_per_setup")
        ]
