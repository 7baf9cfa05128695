"""What would other limits give? The case of a finished run with limits moved.

Nothing is asked or measured again: scores, times and bills are those of the run.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from advisor.runs.models import Run
from advisor.runs.selectors.evidence import demand_of
from advisor.sizing.constraints import NOISY, Constraint, parse
from advisor.sizing.demand import HOURS_PER_MONTH, Demand
from advisor.sizing.exams import QUALITY
from advisor.sizing.hardware_cost import replicas_needed
from advisor.sizing.measurement import Case, Costs, Evidence, Figure


def case_with(run: Run, case: Case, limits: Mapping[str, float | None]) -> Case:
    """Return ``case``, which is that of ``run``, with other limits; None removes one.

    ``limits`` go by constraint name and keep their level. Another volume moves the
    monthly costs: by the token with each request, by the machine in whole replicas.

    Raises:
        InvalidConstraints: The limits cannot be read together.
    """
    moved = _moved(run.manifest["constraints"], limits)
    constraints = parse(moved, has_reference=case.reference is not None)
    demand = demand_of(constraints)
    evidence = _restarted(case, constraints)
    if demand.monthly_requests != case.monthly_requests:
        hourly = _hourly(run)
        evidence = tuple(_at(one, hourly.get(one.id), demand) for one in evidence)
    return replace(
        case,
        constraints=constraints,
        evidence=evidence,
        monthly_requests=demand.monthly_requests,
        peak_requests_per_second=demand.peak_requests_per_second,
    )


def _hourly(run: Run) -> dict[str, float]:
    """Return the dollars an hour of each machine that is priced so.

    Who has a price by the token as well was billed by it, and is at any volume.
    """
    return {
        one["id"]: float(one["spec"]["hourly"])
        for one in run.manifest["candidates"]
        if one["spec"].get("hourly") is not None
        and (one["spec"].get("price") or {}).get("input_per_1m") is None
    }


def _restarted(case: Case, constraints: tuple[Constraint, ...]) -> tuple[Evidence, ...]:
    """Return the evidence without the certifiers that other limits start anew.

    A certifier is of one limit and one split of the error; what only describes a
    quality stays.
    """

    def noisy(found: tuple[Constraint, ...]) -> dict[str, Constraint]:
        return {one.key: one for one in found if one.name in NOISY}

    before, after = noisy(case.constraints), noisy(constraints)
    if before == after:
        return case.evidence
    musts = [
        sum(one.level == "must" for one in found.values()) for found in (before, after)
    ]
    same = {QUALITY}
    if musts[0] == musts[1]:
        same |= {key for key, one in after.items() if before.get(key) == one}
    return tuple(
        replace(one, states={k: v for k, v in one.states.items() if k in same})
        for one in case.evidence
    )


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
    if demand.peak_requests_per_second is not None:
        counts = [priced] * 3  # a stated peak says how many, whatever the volume
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
