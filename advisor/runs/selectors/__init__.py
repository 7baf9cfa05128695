"""What may be read of runs, and by whom? Rows in, values out."""

from advisor.runs.selectors.answers import (
    AnswerView,
    SamplePage,
    SampleView,
    Show,
    neighbours_of,
    sample_of,
    sample_page,
)
from advisor.runs.selectors.counting import FailureCount
from advisor.runs.selectors.evidence import case_of
from advisor.runs.selectors.finding import (
    candidates_of,
    events_of,
    latest_run,
    latest_runs,
    run_at,
    run_by_number,
    run_of,
    run_of_version,
    runs_of,
    runs_of_team,
    shares_done,
)
from advisor.runs.selectors.progress import (
    CandidateProgress,
    RunProgress,
    progress_of,
)
from advisor.runs.selectors.what_if import case_with

__all__ = [
    "AnswerView",
    "CandidateProgress",
    "FailureCount",
    "RunProgress",
    "SamplePage",
    "SampleView",
    "Show",
    "candidates_of",
    "case_of",
    "case_with",
    "events_of",
    "latest_run",
    "latest_runs",
    "neighbours_of",
    "progress_of",
    "run_at",
    "run_by_number",
    "run_of",
    "run_of_version",
    "runs_of",
    "runs_of_team",
    "sample_of",
    "shares_done",
    "sample_page",
]
