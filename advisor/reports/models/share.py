"""Who outside the team may read a report? Links that end and can be revoked."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from advisor.runs.models import Run


class ShareLink(models.Model):
    """A link that opens one run's report without signing in; only its hash is kept."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="share_links")
    label = models.CharField(max_length=60)
    token_sha256 = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["run", "-id"], name="links_by_run")
        ]
