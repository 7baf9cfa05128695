"""What do members say about a recommendation, or about one sample?"""

from typing import ClassVar

from django.conf import settings
from django.db import models

from advisor.projects.models import Sample
from advisor.runs.models import Run


class Comment(models.Model):
    """A member's words in plain text; without a sample they are about the whole run."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="comments")
    sample = models.ForeignKey(
        Sample, models.CASCADE, null=True, blank=True, related_name="+"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    author_name = models.CharField(max_length=120)
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["run", "sample", "-id"], name="comments_by_subject")
        ]
