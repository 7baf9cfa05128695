"""What do pages and papers read? Results of runs, and what was decided on them."""

from advisor.reports.selectors.comments import comments_of
from advisor.reports.selectors.exports import (
    export_for,
    exports_of,
    newest_pdf,
    newest_ready,
    options_of,
    state_of,
)
from advisor.reports.selectors.finished import result_at
from advisor.reports.selectors.links import links_of
from advisor.reports.selectors.records import (
    choice_of,
    moved_on,
    record_name,
    records_of_run,
    records_of_team,
    standing_record,
)
from advisor.reports.selectors.result import (
    Result,
    disturbed,
    request_seconds,
    result_by_number,
    result_of,
)
from advisor.reports.selectors.staleness import Change, changes_since, overdue

__all__ = [
    "Change",
    "Result",
    "changes_since",
    "choice_of",
    "comments_of",
    "disturbed",
    "export_for",
    "exports_of",
    "links_of",
    "moved_on",
    "newest_pdf",
    "newest_ready",
    "options_of",
    "overdue",
    "record_name",
    "records_of_run",
    "records_of_team",
    "request_seconds",
    "result_at",
    "result_by_number",
    "result_of",
    "standing_record",
    "state_of",
]
