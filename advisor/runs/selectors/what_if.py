"""What would other limits give? The case of a finished run with limits moved.

Nothing is asked or measured again: scores, times and bills are those of the run. A
case is read from rows once in a process; the recommendation's hash names its version.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from advisor.runs.models import Run
from advisor.runs.selectors.evidence import case_of, demand_of
from advisor.sizing.constraints import parse
from advisor.sizing.demand import HOURS_PER_MONTH, Demand
from advisor.sizing.hardware_cost import replicas_needed
from advisor.sizing.measurement import Case, Costs, Evidence, Figure

KEPT = 16  # cases a process holds in memory


@dataclass(frozen=True, slots=True)
class Stored:
    """A run's case, and the dollars an hour of each machine that is priced so."""

    case: Case
    hourly: Mapping[str, float]


def case_with(run: Run, limits: Mapping[str, float | None]) -> Case:
    """Return the case of a finished run with other limits; None removes one.

    ``limits`` go by constraint name and keep their level. Another volume moves the
    monthly costs: by the token with each request, by the machine in whole replicas.

    Raises:
        InvalidConstraints: The limits cannot be read together.
    """
    stored = _stored(run.pk, run.recommendation.sha256)
    case = stored.case
    moved = _moved(run.manifest["constraints"], limits)
    constraints = parse(moved, has_reference=case.reference is not None)
    demand = demand_of(constraints)
    evidence = case.evidence
    if demand.monthly_requests != case.monthly_requests:
        evidence = tuple(
            _at(one, stored.hourly.get(one.id), demand) for one in case.evidence
        )
    return replace(
        case,
        constraints=constraints,
        evidence=evidence,
        monthly_requests=demand.monthly_requests,
        peak_requests_per_second=demand.peak_requests_per_second,
    )


@lru_cache(maxsize=KEPT)
def _stored(run_pk: int, _version: str) -> Stored:
    run = Run.objects.get(pk=run_pk)
    specs = dict(run.candidates.values_list("key", "spec"))
    hourly = {
        key: float(spec["hourly"])
        for key, spec in specs.items()
        if spec.get("hourly") is not None
    }
    return Stored(case_of(run), hourly)


def _moved(
    stored: Mapping[str, Any], limits: Mapping[str, float | None]
) -> dict[str, Any]:
    moved = dict(stored)
    for name, limit in limits.items():
        before = moved.pop(name, None)
        if limit is None:
            continue
        level = before.get("level", "must") if isinstance(before, Mapping) else "must"
        moved[name] = {"limit": limit, "level": level}
    return moved


def _at(one: Evidence, hourly: float | None, demand: Demand) -> Evidence:
    """Return what is known of a candidate, its costs at another demand."""
    carried, volume = one.capacity_rps, demand.monthly_requests
    if hourly is not None and carried is not None and carried.value:
        return _own_at(one, hourly, carried, demand)
    request = one.costs.per_1000_requests
    month = None if request is None or not volume else _scaled(request, volume / 1000)
    return replace(one, costs=replace(one.costs, per_month=month))


def _own_at(one: Evidence, hourly: float, carried: Figure, demand: Demand) -> Evidence:
    """Return the costs of as many whole replicas as the demand's peak takes."""
    replica = hourly * HOURS_PER_MONTH
    before = one.costs.per_month
    priced = 1
    if before is not None and before.value and replica:
        priced = max(1, round(before.value / replica))
    if not demand.stated:
        return replace(one, costs=replace(one.costs, per_month=None))
    # What one replica carries at its highest load; the ends swap places.
    ends = (carried.value, carried.high, carried.low)
    counts = [
        replicas_needed(demand.peak or 0.0, (end or carried.value or 1.0) / priced, 1.0)
        for end in ends
    ]
    value, low, high = (replica * count for count in counts)
    month = Figure(value, low, high, carried.n, carried.origin)
    volume = demand.monthly_requests
    costs = Costs(
        per_1000_requests=_scaled(month, 1000 / volume) if volume else None,
        per_accepted_answer=None,
        per_month=month,
    )
    return replace(one, costs=costs, capacity_rps=_scaled(carried, counts[0] / priced))


def _scaled(figure: Figure, by: float) -> Figure:
    value, low, high = (
        None if end is None else end * by
        for end in (figure.value, figure.low, figure.high)
    )
    return replace(figure, value=value, low=low, high=high)
