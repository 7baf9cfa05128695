"""What was decided, said and handed out about a recommendation? Rows of reports."""

from advisor.reports.models.export import Export

__all__ = ["Export"]
