"""What is concluded about each one, before they are compared with each other?"""

from dataclasses import replace
from math import isfinite

from advisor.sizing.conclusions import Finding, Quality, Row, Standing
from advisor.sizing.limits import DECLARED, TAIL, limit_rows
from advisor.sizing.measurement import DISTURBED, Case, Evidence, Figure
from advisor.sizing.percentiles import percentile, point
from advisor.sizing.qualification import qualify

SHOWN = {"p50": 0.50, "p90": 0.90, "p95": 0.95, "p99": 0.99}
FOREVER = float("inf")


def assess(case: Case) -> tuple[Finding, ...]:
    """Return a finding for everyone in planned order, the reference last."""
    qualities = qualify(case)
    everyone = [*case.candidates, *([case.reference] if case.reference else [])]
    return tuple(_finding(case, one, qualities[one.id]) for one in everyone)


def order(finding: Finding) -> tuple[object, ...]:
    """Return the sort key of the rule: objective, prefers met, size, p95, id."""
    met = sum(row.status == "met" for row in finding.rows if not row.must)
    evidence = finding.evidence
    return (
        _or_last(finding.objective),
        -met,
        _or_last(evidence.parameters),
        _or_last(_p95(evidence)),
        finding.id,
    )


def distance(finding: Finding) -> tuple[object, ...]:
    """Return the sort key of the rejected: fewest failed musts, smallest miss."""
    if finding.evidence.unfit is not None:
        return (FOREVER, FOREVER, finding.id)
    missed = [*finding.rows_with("failed"), *finding.rows_with("unknown")]
    return (len(missed), max((_miss(row) for row in missed), default=0.0), finding.id)


def named(finding: Finding, standing: Standing, reason: str) -> Finding:
    """Return the finding with its final standing and reason."""
    return replace(finding, standing=standing, reason=reason)


def _finding(case: Case, evidence: Evidence, quality: Quality) -> Finding:
    rows = _in_order(case, (*quality.rows, *limit_rows(case, evidence)))
    return Finding(
        evidence=evidence,
        quality=quality,
        rows=rows,
        latency=_percentiles(evidence),
        ttft=_marked(
            evidence, percentile(evidence.ttft_ms or (), TAIL, bursts=evidence.bursts)
        ),
        objective=objective(case, evidence),
        standing=_standing(evidence, rows),
    )


def _in_order(case: Case, rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Return the rows in the order in which the case names its constraints."""
    place = {one.key: index for index, one in enumerate(case.constraints)}
    return tuple(sorted(rows, key=lambda row: place[row.constraint.key]))


def _standing(evidence: Evidence, rows: tuple[Row, ...]) -> Standing:
    """Return where the musts put it: one that is failed or unknown rejects."""
    musts = [row for row in rows if row.must]
    if evidence.unfit is not None:
        return "rejected"
    if any(row.status == "failed" for row in musts if _counts(evidence, row)):
        return "rejected"
    if evidence.not_run:
        return "not_run"
    if any(row.status == "unknown" for row in musts):
        return "rejected"
    if any(row.status == "undecided" for row in musts):
        return "undecided"
    return "qualifies"


def _counts(evidence: Evidence, row: Row) -> bool:
    """Return whether a failure rejects: what was not run fails by declared facts."""
    return not evidence.not_run or row.constraint.name in DECLARED


def objective(case: Case, evidence: Evidence) -> float | None:
    """Return what is to be small, None when it is not known."""
    if case.objective == "size":
        return evidence.parameters
    if case.objective == "latency":
        return _p95(evidence)
    costs = evidence.costs
    return _value(costs.per_month if case.monthly else costs.per_1000_requests)


def _p95(evidence: Evidence) -> float | None:
    if not evidence.latency_ms:
        return None
    time = point(evidence.latency_ms, TAIL)
    return time if isfinite(time) else None


def _percentiles(evidence: Evidence) -> dict[str, Figure | None]:
    times = evidence.latency_ms or ()
    return {
        name: _marked(evidence, percentile(times, q, bursts=evidence.bursts))
        for name, q in SHOWN.items()
    }


def _marked(evidence: Evidence, figure: Figure | None) -> Figure | None:
    """Return a time with the note that it was disturbed, where it was."""
    if figure is None or not evidence.disturbed:
        return figure
    return replace(figure, note=DISTURBED)


def _value(figure: Figure | None) -> float | None:
    return None if figure is None else figure.value


def _or_last(value: float | None) -> float:
    return FOREVER if value is None else value


def _miss(row: Row) -> float:
    """Return by how much of its limit a row is missed; the unknown by all bounds."""
    if row.status == "unknown" or row.slack is None:
        return FOREVER
    return -row.slack / max(abs(row.constraint.number), 1e-9)
