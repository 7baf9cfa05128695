"""What was decided, said and handed out about a recommendation? Rows of reports."""

from advisor.reports.models.comment import Comment
from advisor.reports.models.export import Export
from advisor.reports.models.record import DecisionRecord, RecordCounter
from advisor.reports.models.share import ShareLink

__all__ = ["Comment", "DecisionRecord", "Export", "RecordCounter", "ShareLink"]
