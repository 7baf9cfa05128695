"""What came back, and what is it worth?"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from advisor.runs.models.trial import Trial


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
    cost_usd = models.FloatField(
        null=True,
        blank=True,
        help_text="Not rounded: a call may cost less than 1 micro",
    )
    cost_origin = models.CharField(max_length=10, blank=True)
    failure_code = models.CharField(max_length=60, blank=True)
    failure_kind = models.CharField(max_length=15, blank=True)
    failure_message = models.CharField(max_length=500, blank=True)
    input_cut = models.BooleanField(default=False)
    cached = models.BooleanField(default=False)
    asked_sha256 = models.CharField(
        max_length=64,
        blank=True,
        help_text="What was asked of which pinned model; empty where it is not pinned",
    )
    likelihoods = models.JSONField(
        null=True, blank=True, help_text="Of each choice in nats, where weighed"
    )
    attempt_no = models.IntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["asked_sha256"],
                condition=~Q(asked_sha256=""),
                name="reusable_answers",
            )
        ]


class Score(models.Model):
    """What one scorer says of one answer, in [0, 1]."""

    # Found by the constraint below, which begins with it.
    trial = models.ForeignKey(
        Trial, models.CASCADE, related_name="scores", db_index=False
    )
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
