"""Where does a run stand, as a program reads it? Rows in, plain values out."""

from typing import Any

from advisor.runs.models import Run
from advisor.runs.selectors import CandidateProgress, progress_of


def run_line(run: Run) -> dict[str, Any]:
    """Return what a list says of a run."""
    stored = getattr(run, "recommendation", None)
    return {
        "number": run.number,
        "setup": run.setup.version,
        "state": run.state,
        "created_at": run.created_at,
        "outcome": None if stored is None else stored.outcome,
        "recommended": None if stored is None else stored.recommended or None,
    }


def run_standing(run: Run) -> dict[str, Any]:
    """Return all that is known of a run's progress."""
    progress = progress_of(run)
    stored = getattr(run, "recommendation", None)
    return run_line(run) | {
        "pause_reason": progress.pause_reason,
        "final": progress.final,
        "total": progress.total,
        "done": progress.done,
        "answers": progress.made,
        "taken_over": progress.cached,
        "saved": progress.saved,
        "seconds_left": progress.eta_s,
        "spent_usd": progress.spent_usd,
        "possibly_billed_usd": progress.possible_usd,
        "cap_usd": progress.cap_usd,
        "left_usd": progress.left_usd,
        "look": run.look,
        "samples_sha256": run.samples_sha256,
        "rule_sha256": run.rule_sha256,
        "sentence": None if stored is None else stored.sentence,
        "candidates": [_candidate(one) for one in progress.candidates],
    }


def _candidate(one: CandidateProgress) -> dict[str, Any]:
    return {
        "id": one.key,
        "role": one.role,
        "engine": one.engine,
        "state": one.state,
        "reason": one.reason,
        "total": one.total,
        "done": one.done,
        "answers": one.asked,
        "taken_over": one.cached,
        "gaps": one.gaps,
        "cut_inputs": one.cut_inputs,
        "cut_outputs": one.cut_outputs,
        "answers_per_second": one.rate,
        "seconds_left": one.eta_s,
        "spend_usd": one.spend_usd,
        "failures": [
            {
                "code": failure.code,
                "kind": failure.kind,
                "count": failure.count,
                "message": failure.message,
            }
            for failure in one.failures
        ],
    }
