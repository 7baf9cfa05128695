"""Who was given a link to a report? The share links of a run."""

from django.db.models import QuerySet

from advisor.reports.models import ShareLink
from advisor.runs.models import Run


def links_of(run: Run) -> QuerySet[ShareLink]:
    """Return the share links of a run, newest first, ended ones too."""
    return run.share_links.select_related("created_by").order_by("-pk")
