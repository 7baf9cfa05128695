"""What does the decision record of a run say, on screen, on paper and in every file?

`value` is the record, `building` makes it of a finished run; each other file writes it
in one form. Whatever reads it, the figures are the same.
"""

from advisor.reports.pages.record.building import record_of, status_of
from advisor.reports.pages.record.files import content_of, pdf_of
from advisor.reports.pages.record.value import Record

__all__ = ["Record", "content_of", "pdf_of", "record_of", "status_of"]
