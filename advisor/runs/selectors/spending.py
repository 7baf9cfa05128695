"""What does a candidate cost to run? Billed answers, or hours of own hardware."""

from collections.abc import Iterable

from advisor.runs.models import Candidate
from advisor.runs.selectors.scores import Column, Tried, mean_of
from advisor.sizing.billing import ApiBilling
from advisor.sizing.cost import cost_of
from advisor.sizing.demand import MAX_LOAD, Demand
from advisor.sizing.hardware_cost import (
    HardwarePrices,
    OwnHardware,
    replicas_needed,
)
from advisor.sizing.measurement import Costs, Figure, Origin
from advisor.sizing.prices import Price


def costs_of(
    one: Candidate,
    column: Column,
    demand: Demand,
    capacity: Figure | None,
    groups: tuple[str | None, ...] | None,
    accept_at: float,
) -> Costs:
    """Return the cost figures of a candidate; unknown stays None.

    By tokens where there is a price or a billed cost, else by the hour of its
    hardware and the measured throughput.
    """
    samples = list(column.samples())
    billed = tuple(mean_of(t.cost_usd for t in repeats) for repeats in samples)
    by_call = any(paid is not None for paid in billed)
    hourly = one.spec.get("hourly")
    if not by_call and hourly is None:
        return Costs()
    accepted = tuple(_accepted(repeats, accept_at) for repeats in samples)
    units = _units(groups, len(samples))
    if by_call:
        tried = (t for repeats in samples for t in repeats)
        billing = ApiBilling(request_costs=billed, origin=_origin(tried))
        return cost_of(billing, demand, accepted=accepted, groups=units)
    own = OwnHardware(
        prices=HardwarePrices(
            per_hour=Price(
                amount=float(hourly),
                currency="USD",
                unit="hour",
                source=f"hardware profile {one.spec.get('hardware')}",
                as_of=None,
            )
        ),
        throughput=capacity,
        replicas=_replicas(one),
    )
    return cost_of(own, demand, accepted=accepted, groups=units)


def _accepted(repeats: Iterable[Tried], accept_at: float) -> float | None:
    """Return the share of repeats that were accepted; None for a gap."""
    scores = [one.score for one in repeats if one.score is not None]
    if not scores:
        return None
    return sum(score >= accept_at for score in scores) / len(scores)


def _units(groups: tuple[str | None, ...] | None, count: int) -> list[str] | None:
    """Return a unit for every sample; one without a group is a unit of its own."""
    if groups is None:
        return None
    return [group or f"\0{index}" for index, group in enumerate(groups[:count])]


def _origin(tried: Iterable[Tried]) -> Origin:
    """Return measured where every bill or token count was, else estimated."""
    origins = {one.cost_origin for one in tried if one.cost_usd is not None}
    return "measured" if origins == {"measured"} else "estimated"


def carried(one: Candidate, capacity: Figure | None, demand: Demand) -> Figure | None:
    """Return the requests per second that the priced replicas carry at load 0.8.

    None where the throughput of one replica is not known.
    """
    if capacity is None or not capacity.value:
        return None
    peak = demand.peak_requests_per_second
    needed = replicas_needed(peak, capacity.low or capacity.value) if peak else 1
    replicas = _replicas(one) or needed
    share = replicas * MAX_LOAD
    several = "s" if replicas > 1 else ""
    return Figure(
        share * capacity.value,
        None if capacity.low is None else share * capacity.low,
        None if capacity.high is None else share * capacity.high,
        capacity.n,
        "measured",
        f"{replicas} replica{several} at {MAX_LOAD:.0%} of saturation",
    )


def _replicas(one: Candidate) -> int | None:
    speed = (one.facts or {}).get("speed") or {}
    replicas = speed.get("replicas")
    return int(replicas) if replicas else None
