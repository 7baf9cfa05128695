"""What do pages and papers read? Results of runs, and what was decided on them."""

from advisor.reports.selectors.result import (
    Result,
    disturbed,
    request_seconds,
    result_by_number,
    result_of,
    slices_of,
    times_of,
)

__all__ = [
    "Result",
    "disturbed",
    "request_seconds",
    "result_by_number",
    "result_of",
    "slices_of",
    "times_of",
]
