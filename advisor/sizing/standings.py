"""From which value of each limit on does each candidate meet it?

Read from what decided: the bounds of certifiers and intervals, the upper end of a
cost or an estimated memory, the bounds of a percentile. No answer is asked again, and
no certifier: at another limit it would stake otherwise and Holm share the error anew,
so that what they decide is estimated there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import inf
from typing import cast

from advisor.sizing.assessment import order
from advisor.sizing.comparison import tango_interval
from advisor.sizing.conclusions import Finding, Recommendation, Row
from advisor.sizing.constraints import NOISY
from advisor.sizing.exams import Exam, exams, frames, levels, pairs
from advisor.sizing.flip_points import (
    Crossing,
    FlipPoint,
    Standing,
    Verdict,
    flip_points,
)
from advisor.sizing.limits import DECLARED, TAIL, harmed
from advisor.sizing.measurement import Case
from advisor.sizing.percentiles import bounds

CEILINGS = ("max_memory_gb", "monthly_budget_usd")
FLOORS = ("peak_requests_per_second", "context_tokens")
TIMES = {"p95_latency_ms": "latency_ms", "ttft_ms": "ttft_ms"}
MOVABLE = (*NOISY, *CEILINGS, *FLOORS, *TIMES)


def flips(recommendation: Recommendation) -> tuple[FlipPoint, ...]:
    """Return where the recommendation would change, for each must that is a number."""
    return flip_points(standings(recommendation), limits_of(recommendation.case))


def limits_of(case: Case) -> dict[str, float]:
    """Return the musts of a case that are limits on a number, by key."""
    return {
        one.key: one.number
        for one in case.constraints
        if one.level == "must" and one.name in MOVABLE
    }


def standings(recommendation: Recommendation) -> tuple[Standing, ...]:
    """Return everyone with where they stand at every limit, best objective first."""
    case = recommendation.case
    ranked = sorted(recommendation.findings, key=order)
    cut = frames(case)
    return tuple(
        _standing(case, one, rank, exams(case, one.evidence, cut))
        for rank, one in enumerate(ranked)
    )


def _standing(
    case: Case, finding: Finding, rank: int, examined: Sequence[Exam]
) -> Standing:
    by_key = {exam.constraint.key: exam for exam in examined}
    musts = [row for row in finding.rows if row.must]
    moved = {
        row.constraint.key: crossing
        for row in musts
        if (crossing := _crossing(case, finding, row, by_key)) is not None
    }
    return Standing(
        id=finding.id,
        rank=rank,
        objective=finding.objective,
        crossings=moved,
        fixed=_fixed(finding, [r for r in musts if r.constraint.key not in moved]),
        reference=finding.evidence.role == "reference",
    )


def _fixed(finding: Finding, rows: Sequence[Row]) -> Verdict:
    """Return the worst of what no limit moves; what was not run stays open."""
    if finding.evidence.unfit is not None:
        return "failed"  # it does not run, whatever is asked of it
    if finding.evidence.not_run:
        declared = [row for row in rows if row.constraint.name in DECLARED]
        refused = any(row.status == "failed" for row in declared)
        return "failed" if refused else "undecided"
    if any(row.status == "failed" for row in rows):
        return "failed"
    if any(row.status == "unknown" for row in rows):
        return "failed"
    return "undecided" if any(row.status == "undecided" for row in rows) else "met"


def _crossing(
    case: Case, finding: Finding, row: Row, examined: Mapping[str, Exam]
) -> Crossing | None:
    name, key = row.constraint.name, row.constraint.key
    if row.status == "unknown" or name not in MOVABLE:
        return None
    if finding.evidence.not_run and name not in DECLARED:
        return None
    if name in NOISY and examined[key].units.value is None:
        # Nothing was answered that a limit could be held against.
        return None
    if name in NOISY:
        return on_scale(agreeing(_noisy_crossing(case, examined[key]), row))
    if name in TIMES:
        times = getattr(finding.evidence, TIMES[name])
        low, high = bounds(times, TAIL, bursts=finding.evidence.bursts)
    else:
        value = row.value if row.decisive is None else row.decisive
        low = high = float(cast("float", value))
    floor = name in FLOORS
    if harmed(row.constraint, finding.evidence):
        low = inf if floor else -inf  # what was disturbed fails no limit
    return Crossing(met=high, failed=low, floor=floor)


def _noisy_crossing(case: Case, exam: Exam) -> Crossing:
    """Return where the loss is certified and where it is refuted."""
    split, units, estimated = levels(case), exam.units, False
    if case.stop == "exhausted" and not units.complete:
        # The comparison of all samples says nothing before it has them all.
        low, high = -inf, inf
    elif case.promise == "samples" and units.complete:
        low, high = units.best_mean, units.worst_mean
    elif exam.certifier is not None:
        judge = exam.certifier
        low, high = judge.lower_bound(split.reject), judge.upper_bound(split.certify)
        estimated = True
    else:
        worst, best = pairs(units, worst=True), pairs(units, worst=False)
        _, high = tango_interval(worst, split.certify, split.reject)
        low, _ = tango_interval(best, split.certify, split.reject)
        estimated = split.candidates > 1
    if exam.constraint.name == "quality_margin":
        met, failed = max(low, high), min(low, high)
        return Crossing(met=met, failed=failed, estimated=estimated)
    # A floor q was fed as q - score: bounds of that loss are bounds of the score.
    floor = exam.constraint.number
    met, failed = floor - max(low, high), floor - min(low, high)
    return Crossing(met=met, failed=failed, floor=True, estimated=estimated)


def agreeing(crossing: Crossing, row: Row) -> Crossing:
    """Return the crossing, moved where the test at the limit itself said otherwise.

    Holm may certify what the plain bound leaves open, and bounds lie on a grid.
    """
    limit = row.constraint.number
    if crossing.at(limit) == row.status:
        return crossing
    side = -1.0 if crossing.floor else 1.0
    here = side * limit
    # Just beyond the limit, on its looser side: the smallest step that is not noise.
    beyond = here + 1e-9
    met, failed = side * crossing.met, side * crossing.failed
    met = min(met, here) if row.status == "met" else max(met, beyond)
    failed = max(failed, beyond) if row.status == "failed" else min(failed, here)
    return replace(crossing, met=side * met, failed=side * failed)


def on_scale(crossing: Crossing) -> Crossing:
    """Return the crossing of a limit from 0 to 1 that names no value outside of it.

    It says the same at every limit from 0 to 1; an end that none of them reaches, or
    that all of them lie beyond, is infinite.
    """
    return replace(
        crossing,
        met=_on_scale(crossing.met, floor=crossing.floor),
        failed=_on_scale(crossing.failed, floor=crossing.floor),
    )


def _on_scale(value: float, *, floor: bool) -> float:
    # The answer changes on one side of the value: at the end of the scale that side
    # lies outside of it.
    if value < 0 or (value == 0 and not floor):
        return -inf
    return inf if value > 1 or (value == 1 and floor) else value
