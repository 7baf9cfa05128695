"""Which papers were made of a recommendation? Rows of exported files."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from advisor.runs.models import Run


class Export(models.Model):
    """One file made of a run's decision record, stored unchanged once ready.

    ``options`` names paper and extras, ``made_of`` is the hash of the record's state:
    when the record is signed or grows old, a new file is made beside the old one.
    """

    class Kind(models.TextChoices):
        """The form of the report."""

        PDF = "pdf", "PDF"
        MARKDOWN = "md", "Markdown"
        CSV = "csv", "CSV"
        XLSX = "xlsx", "XLSX"
        JSON = "json", "JSON"

    class State(models.TextChoices):
        """Is the file there yet?"""

        QUEUED = "queued", "Preparing"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    run = models.ForeignKey(Run, models.CASCADE, related_name="exports")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PDF)
    options = models.CharField(max_length=40, default="a4")
    made_of = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    content = models.BinaryField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    error = models.CharField(max_length=300, blank=True)
    claims = models.IntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["run", "kind", "options", "made_of"],
                condition=~Q(state="failed"),
                name="one_export_per_state",
            )
        ]
