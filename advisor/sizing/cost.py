"""What does a candidate cost per request, per month and per accepted answer?

API candidates are billed per token, own hardware per whole replica and hour. What
is not known makes the cost unknown (None): it is never taken as free.
"""

from collections.abc import Hashable, Sequence

from advisor.sizing.billing import ApiBilling, billed_costs, known
from advisor.sizing.demand import HOURS_PER_MONTH, Demand
from advisor.sizing.hardware_cost import OwnHardware, monthly_range
from advisor.sizing.measurement import Costs, Figure, Origin
from advisor.sizing.ratios import Ratio, mean

Range = tuple[float, float, float]  # value, low, high


def cost_of(
    inputs: ApiBilling | OwnHardware | None,
    demand: Demand,
    *,
    accepted: Sequence[float | None] = (),
    groups: Sequence[Hashable] | None = None,
) -> Costs:
    """Return the cost figures of one candidate under ``demand``.

    ``accepted`` holds one value a sample: the share of its repeats whose score
    reached ``accept_at``, None for a gap. ``groups`` names the unit of each sample.
    Intervals hold with 95 % (two-sided); an end that has no bound is None.
    """
    if inputs is None:
        return Costs()
    if isinstance(inputs, ApiBilling):
        return billed_costs(inputs, demand, accepted, groups)
    return _own_costs(inputs, demand, accepted, groups)


def _own_costs(
    own: OwnHardware,
    demand: Demand,
    accepted: Sequence[float | None],
    groups: Sequence[Hashable] | None,
) -> Costs:
    currency = own.prices.currency or "USD"
    month = monthly_range(own, demand)
    if month is None:
        return Costs(currency=currency)
    shares, units = known(accepted, groups)
    quality = mean(shares, groups=units)
    request = _own_request(own, demand, month)
    return Costs(
        per_1000_requests=_scaled(own, request, 1000, "per request x 1,000"),
        per_month=_scaled(own, month, 1, "whole replicas x 730 h and the work on them")
        if demand.stated
        else None,
        per_accepted_answer=_per_accepted(own, request, quality),
        currency=currency,
    )


def _own_request(own: OwnHardware, demand: Demand, month: Range) -> Range | None:
    """Return the cost of one request; None where the project states only a peak.

    Without any load one replica is taken as busy as it may be: the least it can be.
    """
    served = demand.monthly_requests
    if served is None and not demand.stated and own.rate is not None:
        served = own.rate * own.max_load * 3600 * HOURS_PER_MONTH
    if not served:
        return None
    return month[0] / served, month[1] / served, month[2] / served


def _per_accepted(
    own: OwnHardware, request: Range | None, quality: Ratio | None
) -> Figure | None:
    """Return the cost by the accepted share, both at their outer ends.

    Hardware and answers vary independently, so the outer ends cover at least 90 %.
    """
    if request is None or quality is None or quality.value <= 0:
        return None
    value, low, high = request
    least, most = quality.low, quality.high
    return Figure(
        value=value / quality.value,
        low=low / min(most, 1.0) if most is not None else None,
        high=high / least if least is not None and least > 0 else None,
        n=quality.n,
        origin=_origin(own),
        note="cost of a request by the share of accepted answers",
    )


def _scaled(
    own: OwnHardware, amounts: Range | None, scale: float, note: str
) -> Figure | None:
    if amounts is None:
        return None
    value, low, high = (amount * scale for amount in amounts)
    n = None if own.throughput is None else own.throughput.n
    return Figure(value, low, high, n, _origin(own), note)


def _origin(own: OwnHardware) -> Origin:
    """Return the origin of the throughput: what the number of replicas rests on."""
    origin = None if own.throughput is None else own.throughput.origin
    return origin or "estimated"
