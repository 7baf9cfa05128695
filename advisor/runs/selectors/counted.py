"""What was counted of a run? All counts at once, and as they are kept once it ended.

Counting reads every trial and answer. What is kept goes by a stamp of all that may
still change of a run that ended; with another stamp the rows are counted anew.
"""

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from advisor.runs.models import Run, RunSummary
from advisor.runs.selectors.counting import (
    FailureCount,
    answers_of,
    failures_of,
    spends_of,
    states_of,
)
from advisor.runs.selectors.cuts import Cuts, cuts_of
from advisor.runs.selectors.scores import partial_means
from advisor.sizing.measurement import Figure

COUNTED = ("asked", "cached", "gaps", "long", "cut")


@dataclass(frozen=True, slots=True)
class Counts:
    """Trials by state, answers, failures, means and micro dollars, by candidate."""

    states: Mapping[int, Counter[str]]
    answers: Mapping[int, Mapping[str, Any]]
    failures: Mapping[int, list[FailureCount]]
    means: Mapping[int, Figure]
    spends: Mapping[int, int]


def counts_of(run: Run) -> Counts:
    """Return the counts of a run as they are now; five queries."""
    return Counts(
        states=states_of(run),
        answers=answers_of(run),
        failures=failures_of(run),
        means=partial_means(run),
        spends=spends_of(run),
    )


def stamp_of(run: Run) -> Hashable:
    """Return all that counts of a run that ended depend on."""
    booked = (run.spent_micro, run.unknown_micro, run.overshoot_micro, run.cap_micro)
    ended = (run.state, run.generation, run.finished_at, run.pause_reason)
    return (run.pk, run.created_at, ended, booked)


def kept_counts(run: Run) -> Counts | None:
    """Return the counts that were kept of a run as it is; None where there are none."""
    rows = RunSummary.objects.filter(run=run.pk).values_list("counts", flat=True)
    kept = rows.first()
    if not kept or kept["of"] != repr(stamp_of(run)):
        return None
    return _read(kept["candidates"])


def kept_cuts(kept: Mapping[str, Any] | None) -> tuple[Cuts, ...] | None:
    """Return who had something cut, as it was kept; None where nothing was."""
    return None if not kept else tuple(Cuts(**one) for one in kept["cuts"])


def to_keep(run: Run) -> dict[str, Any]:
    """Count a run that ended and return the counts as they are kept: plain JSON."""
    counts = counts_of(run)
    return {
        "of": repr(stamp_of(run)),
        "cuts": [asdict(one) for one in cuts_of(run)],
        "candidates": {
            str(pk): {
                "states": dict(states),
                "answers": {
                    name: int(counts.answers[pk][name] or 0) for name in COUNTED
                }
                if pk in counts.answers
                else {},
                "failures": [asdict(one) for one in counts.failures.get(pk, [])],
                "mean": asdict(counts.means[pk]) if pk in counts.means else None,
                "spend": counts.spends.get(pk),
            }
            for pk, states in counts.states.items()
        },
    }


def _read(kept: Mapping[str, Any]) -> Counts:
    found = {int(pk): one for pk, one in kept.items()}
    failures = {
        pk: [FailureCount(**failure) for failure in one["failures"]]
        for pk, one in found.items()
        if one["failures"]
    }
    return Counts(
        states={pk: Counter(one["states"]) for pk, one in found.items()},
        answers={pk: one["answers"] for pk, one in found.items()},
        failures=failures,
        means={pk: Figure(**one["mean"]) for pk, one in found.items() if one["mean"]},
        spends={
            pk: one["spend"] for pk, one in found.items() if one["spend"] is not None
        },
    )
