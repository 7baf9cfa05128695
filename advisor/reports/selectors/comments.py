"""What was said about a run, and about a sample? Comments, newest first."""

from django.db.models import QuerySet

from advisor.projects.models import Sample
from advisor.reports.models import Comment
from advisor.runs.models import Run


def comments_of(run: Run, sample: Sample | None = None) -> QuerySet[Comment]:
    """Return the comments on a run's recommendation, or on one sample of it."""
    return Comment.objects.filter(run=run, sample=sample).order_by("-pk")
