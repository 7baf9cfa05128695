"""What was decided? The bytes of the recommendation, once a run."""

from django.db import models

from advisor.runs.models.run import Run


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
