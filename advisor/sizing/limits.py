"""Which limits other than quality does a candidate meet?

Times are held against their one-sided 95 % bounds, a cost against its upper end, an
estimated memory against its upper end and a measured one by itself, declared facts as
they are. What is not known is unknown, and an unknown must is not met. What other
programs disturbed excludes nobody.
"""

from dataclasses import replace
from math import inf, isfinite

from advisor.sizing.conclusions import Row, Status
from advisor.sizing.constraints import NOISY, Constraint
from advisor.sizing.measurement import Case, Evidence, Figure
from advisor.sizing.percentiles import bounds, point, smallest_n

TAIL = 0.95  # the percentile that a latency limit is about
TIMED = ("p95_latency_ms", "ttft_ms", "peak_requests_per_second")


def limit_rows(case: Case, evidence: Evidence) -> tuple[Row, ...]:
    """Return one row a constraint other than those about quality, in their order.

    ``monthly_requests`` is a load, not a limit, and gets no row; the peak is one where
    it is known what the priced replicas carry, and else only the load of the others.
    """
    loads = {"monthly_requests"}
    if evidence.capacity_rps is None:
        loads.add("peak_requests_per_second")
    return tuple(
        _row(constraint, evidence)
        for constraint in case.constraints
        if constraint.name not in NOISY and constraint.name not in loads
    )


def excluded(case: Case, evidence: Evidence) -> bool:
    """Return whether a declared fact fails a must, so that a run cannot help."""
    return any(
        row.must and row.status == "failed" and row.n is None
        for row in limit_rows(case, evidence)
        if row.constraint.name in DECLARED
    )


def _row(constraint: Constraint, evidence: Evidence) -> Row:
    row = _held(constraint, evidence)
    return _without_harm(row) if harmed(constraint, evidence) else row


def harmed(constraint: Constraint, evidence: Evidence) -> bool:
    """Return whether other programs may have made worse what is held against it."""
    timed = constraint.name in TIMED
    if constraint.name == "monthly_budget_usd":
        timed = evidence.capacity_rps is not None
    return timed and evidence.disturbed


def _held(constraint: Constraint, evidence: Evidence) -> Row:
    name = constraint.name
    if name in ("p95_latency_ms", "ttft_ms"):
        times = evidence.latency_ms if name == "p95_latency_ms" else evidence.ttft_ms
        return _time_row(constraint, times, evidence.bursts)
    if name == "max_memory_gb":
        figure = evidence.memory_gb
        measured = figure is not None and figure.origin == "measured"
        return _ceiling_row(constraint, figure, by_value=measured)
    if name == "monthly_budget_usd":
        return _ceiling_row(constraint, evidence.costs.per_month, by_value=False)
    if name == "peak_requests_per_second":
        return _floor_row(constraint, evidence.capacity_rps)
    return _fact_row(constraint, evidence)


def _time_row(
    constraint: Constraint,
    times: tuple[float, ...] | None,
    bursts: tuple[int, ...] | None,
) -> Row:
    """Hold the 95th percentile, in milliseconds, against the limit."""
    if not times:
        return Row(constraint=constraint, status="unknown")
    limit = constraint.number
    low, high = bounds(times, TAIL, bursts=bursts)
    status: Status = "undecided"
    if high <= limit:
        status = "met"
    elif low > limit:
        status = "failed"
    value = point(times, TAIL)
    needed = 0 if bursts is not None else smallest_n(TAIL) - len(times)
    return Row(
        constraint=constraint,
        status=status,
        value=value,
        slack=limit - value if isfinite(value) else -inf,
        decisive={"met": high, "failed": low, "undecided": high}[status],
        more=needed if status == "undecided" and needed > 0 else None,
        n=len(times),
    )


def _without_harm(row: Row) -> Row:
    """Return what times, and what follows from them, can say although disturbed.

    Disturbance makes a time longer: what is within its limit all the same is within it,
    and anything else is left open.
    """
    if row.status not in ("failed", "undecided"):
        return row
    return replace(row, status="undecided", disturbed=True, more=None)


def _ceiling_row(
    constraint: Constraint, figure: Figure | None, *, by_value: bool
) -> Row:
    """Hold an amount against the most that is allowed."""
    if figure is None or figure.value is None:
        return Row(constraint=constraint, status="unknown")
    top = figure.value if by_value or figure.high is None else figure.high
    return Row(
        constraint=constraint,
        status="met" if top <= constraint.number else "failed",
        value=top,
        slack=constraint.number - top,
        decisive=top,
        n=figure.n,
    )


def _floor_row(constraint: Constraint, figure: Figure | None) -> Row:
    """Hold an amount against the least that is needed."""
    if figure is None or figure.value is None:
        return Row(constraint=constraint, status="unknown")
    bottom = figure.value if figure.low is None else figure.low
    return Row(
        constraint=constraint,
        status="met" if bottom >= constraint.number else "failed",
        value=bottom,
        slack=bottom - constraint.number,
        decisive=bottom,
        n=figure.n,
    )


def _fact_row(constraint: Constraint, evidence: Evidence) -> Row:
    """Hold a declared fact against what is allowed."""
    name = constraint.name
    if name == "local_only":
        leaves = evidence.leaves_network
        if leaves is None:
            return Row(constraint=constraint, status="unknown")
        status: Status = "failed" if leaves else "met"
        return Row(constraint=constraint, status=status, value=not leaves)
    if name == "context_tokens":
        tokens = evidence.context_tokens
        if tokens is None:
            return Row(constraint=constraint, status="unknown")
        slack = tokens - constraint.number
        status = "met" if slack >= 0 else "failed"
        return Row(constraint=constraint, status=status, value=tokens, slack=slack)
    if name == "languages":
        return _languages_row(constraint, evidence.languages)
    fact = getattr(evidence, DECLARED[name])
    if fact is None:
        return Row(constraint=constraint, status="unknown")
    allowed = {item.casefold() for item in constraint.names}
    status = "met" if fact.casefold() in allowed else "failed"
    return Row(constraint=constraint, status=status, value=fact)


def _languages_row(constraint: Constraint, spoken: frozenset[str] | None) -> Row:
    if spoken is None:
        return Row(constraint=constraint, status="unknown")
    known = {item.casefold() for item in spoken}
    missing = [item for item in constraint.names if item.casefold() not in known]
    return Row(
        constraint=constraint,
        status="failed" if missing else "met",
        value=tuple(sorted(spoken)),
    )


DECLARED = {
    "hosting": "hosting",
    "hardware": "hardware",
    "licences": "licence",
    "languages": "languages",
    "context_tokens": "context_tokens",
    "local_only": "leaves_network",
}
