"""How good is everyone, and which noisy quality musts does each candidate meet?

A candidate qualifies when every noisy must is certified at alpha / K, and is rejected
when any is refuted at beta / (K J). Where p-values decide, Holm spreads alpha over the
candidates. The interval shown agrees with a certifier's verdict: non-inferior exactly
when its low end is at or above minus the margin.
"""

from collections.abc import Mapping
from typing import Literal

from advisor.sizing.comparison import holm, mcnemar, tango_interval
from advisor.sizing.conclusions import Difference, Quality, Row, Status
from advisor.sizing.exams import (
    HALF,
    Exam,
    certifier,
    describer,
    exams,
    frames,
    levels,
    noisy,
    pairs,
)
from advisor.sizing.intervals import betting_interval, wilson
from advisor.sizing.measurement import Case, Evidence, Figure
from advisor.sizing.planner import more_samples, ties_needed
from advisor.sizing.sequential import Verdict
from advisor.sizing.units import ROUNDING, Frame, shortfalls

STATUS: dict[Verdict | None, Status] = {
    "non_inferior": "met",
    "inferior": "failed",
    None: "undecided",
}


def qualify(case: Case) -> dict[str, Quality]:
    """Return the quality half of the finding of everyone, by id."""
    cut = frames(case)
    examined = {one.id: exams(case, one, cut) for one in case.evidence}
    settled = settle(case, examined)
    return {
        one.id: _quality(case, one, cut, examined[one.id], settled[one.id])
        for one in case.evidence
    }


def settle(
    case: Case, examined: Mapping[str, tuple[Exam, ...]]
) -> dict[str, tuple[Row, ...]]:
    """Return the rows of the noisy constraints of everyone, Holm applied.

    Where p-values decide, a candidate's is the largest over its musts; each of its
    constraints is then held against the level that Holm gave to the candidate, so that
    a candidate is certified exactly when all its musts are met.
    """
    split = levels(case)
    names = [one.id for one in case.candidates]
    largest = [_largest_p(examined[name]) for name in names]
    level = dict(zip(names, holm(largest, split.alpha), strict=True))
    return {
        name: tuple(_row(case, exam, level.get(name, split.certify)) for exam in group)
        for name, group in examined.items()
    }


def _largest_p(exams: tuple[Exam, ...]) -> float:
    """Return the p-value of "every must is met"; 1 where one has no p-value yet."""
    musts = [exam for exam in exams if exam.constraint.level == "must"]
    return max((1.0 if e.p is None else e.p[0] for e in musts), default=1.0)


def _row(case: Case, exam: Exam, level: float) -> Row:
    """Return how a noisy constraint stands, at ``level`` where a p-value decides."""
    verdict = exam.verdict
    if exam.p is not None and exam.p[0] <= level:
        verdict = "non_inferior"
    elif exam.p is not None and exam.p[1] <= levels(case).reject:
        verdict = "inferior"
    status = STATUS[verdict]
    loss, limit = exam.units.value, exam.constraint.number
    value = loss
    if loss is not None and exam.constraint.name != "quality_margin":
        value = limit - loss
    return Row(
        constraint=exam.constraint,
        status=status,
        value=value,
        slack=None if loss is None else exam.margin - loss,
        more=_more(case, exam) if status == "undecided" else None,
        n=exam.units.samples,
    )


def _more(case: Case, exam: Exam) -> int | None:
    """Return about how many more samples would settle it, None when nobody can tell."""
    units = exam.units
    split = levels(case)
    if units.value is None:
        return None
    per_unit = units.samples / units.weight.size
    if case.stop == "exhausted" and not units.complete:
        # The comparison of all samples says nothing before it has them all.
        return max(1, round((units.horizon - units.weight.size) * per_unit))
    room = exam.margin - units.value
    if units.variance == 0 and ROUNDING < room < 1:
        ties = ties_needed(room, split.alpha, split.candidates)
        return max(1, ties - units.weight.size)
    error = split.alpha if units.value <= exam.margin else 2 * split.alpha
    count = more_samples(
        margin=exam.margin,
        loss=units.value,
        variance=units.variance,
        samples=units.weight.size,
        alpha=error,
        candidates=split.candidates,
    )
    if count is not None and exam.certifier is not None and ROUNDING < room < 1:
        # However little the losses vary, a bet wins no faster than on nothing but ties.
        ties = ties_needed(room, split.alpha, split.candidates)
        count = max(count, ties - units.weight.size)
    return None if count is None else max(1, round(count * per_unit))


def _quality(
    case: Case,
    evidence: Evidence,
    cut: Mapping[str | None, Frame],
    examined: tuple[Exam, ...],
    settled: tuple[Row, ...],
) -> Quality:
    """Assemble the quality half of one finding."""
    by_key = {row.constraint.key: row for row in settled}
    margin = next((e for e in examined if e.constraint.name == "quality_margin"), None)
    wanted = [
        one
        for one in noisy(case)
        if evidence.role == "candidate" or one.name != "quality_margin"
    ]
    return Quality(
        figure=_figure(case, evidence, cut),
        difference=None
        if margin is None
        else _difference(case, margin, by_key[margin.constraint.key]),
        rows=tuple(
            by_key.get(one.key, Row(constraint=one, status="unknown")) for one in wanted
        ),
        any_difference=_any_difference(case, margin),
    )


def _any_difference(case: Case, exam: Exam | None) -> float | None:
    """Return McNemar's p-value, only for all samples of ungrouped yes-or-no answers."""
    if exam is None or case.stop != "exhausted" or exam.units.gaps:
        return None
    if not (exam.units.binary and exam.units.complete):
        return None
    return mcnemar(pairs(exam.units, worst=True))


def _difference(case: Case, exam: Exam, row: Row) -> Difference:
    """Return candidate minus reference with the interval of the test that decided."""
    low, high = _loss_bounds(case, exam)
    loss = exam.units.value
    return Difference(
        value=None if loss is None else -loss,
        low=-max(low, high),
        high=-min(low, high),
        n=exam.units.samples,
        verdict=_verdict(row.status),
        promise=case.promise,
    )


def _verdict(status: Status) -> Verdict | Literal["undecided"]:
    if status == "met":
        return "non_inferior"
    return "inferior" if status == "failed" else "undecided"


def _loss_bounds(case: Case, exam: Exam) -> tuple[float, float]:
    """Return a lower bound of the loss at beta / K and an upper one at alpha / K."""
    units, split = exam.units, levels(case)
    if case.promise == "samples" and units.complete:
        return units.best_mean, units.worst_mean
    if exam.certifier is None and exam.p is not None:
        _, high = tango_interval(pairs(units, worst=True), split.certify, split.discard)
        low, _ = tango_interval(pairs(units, worst=False), split.certify, split.discard)
        return low, high
    judge = exam.certifier or certifier(case, exam.constraint, units)
    return judge.lower_bound(split.discard), judge.upper_bound(split.certify)


def _figure(
    case: Case, evidence: Evidence, cut: Mapping[str | None, Frame]
) -> Figure | None:
    """Return the mean score with its two-sided interval; None without a score.

    It describes requests drawn like the samples, whatever the promise is about.
    """
    units = shortfalls(cut[None], 0.0, evidence.answers)
    if units.value is None:
        return None
    mean, answered = max(0.0, -units.value), units.samples - units.gaps
    found = None
    if case.stop == "exhausted" and units.binary:
        found = wilson(round(mean * answered), answered, confidence=case.confidence)
    elif case.stop == "exhausted":
        scores = -(units.worst + units.best) / 2
        found = betting_interval(
            scores.clip(0, 1), units.weight, confidence=case.confidence
        )
    low, high = (found.low, found.high) if found else _anytime(case, evidence, cut)
    return Figure(mean, min(low, mean), max(high, mean), answered, "measured")


def _anytime(
    case: Case, evidence: Evidence, cut: Mapping[str | None, Frame]
) -> tuple[float, float]:
    """Return the ends of an interval of the mean score, valid wherever one stops."""
    judge = describer(case, evidence, cut)
    tail = (1 - case.confidence) / 2
    low, high = HALF - judge.upper_bound(tail), HALF - judge.lower_bound(tail)
    return round(max(low, 0.0), 9), round(min(high, 1.0), 9)
