"""What was an API candidate billed, and what does that make per request and month?"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import isfinite

from advisor.sizing.demand import Demand
from advisor.sizing.errors import InvalidMeasurement
from advisor.sizing.measurement import Costs, Figure, Origin
from advisor.sizing.prices import TokenPrices
from advisor.sizing.ratios import Ratio, mean, ratio_of_means


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """The tokens one request was billed for, all its attempts together.

    ``cached_tokens`` are part of ``input_tokens`` and None where caching was not
    measured; ``reasoning_tokens`` come on top of ``output_tokens``.
    """

    input_tokens: float | None
    output_tokens: float | None
    cached_tokens: float | None = None
    reasoning_tokens: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiBilling:
    """What each sample's request was billed, in sample order; None for a gap."""

    request_costs: tuple[float | None, ...]
    currency: str = "USD"
    origin: Origin = "measured"

    def __post_init__(self) -> None:
        for paid in self.request_costs:
            if paid is not None and (not isfinite(paid) or paid < 0):
                raise InvalidMeasurement(
                    f"A request cannot cost {paid} {self.currency}. "
                    "Give 0 or more, or None where it is not known."
                )


def request_cost(usage: Usage, prices: TokenPrices) -> float | None:
    """Return what one request costs at ``prices``; None where a part is unknown.

    A price is needed only for tokens there are.
    """
    if usage.input_tokens is None or usage.output_tokens is None:
        return None
    cached = usage.cached_tokens or 0.0
    if not 0 <= cached <= usage.input_tokens:
        raise InvalidMeasurement(
            f"Cached tokens are part of the input, got {cached:g} cached of "
            f"{usage.input_tokens:g}. Count them within the input tokens."
        )
    parts = (
        (usage.input_tokens - cached, prices.input),
        (cached, prices.cached_input or prices.input),
        (usage.output_tokens, prices.output),
        (usage.reasoning_tokens or 0.0, prices.reasoning or prices.output),
    )
    total = 0.0
    for tokens, price in parts:
        if tokens and price is None:
            return None
        total += tokens * price.amount / 1e6 if price is not None else 0.0
    return total


def billed_costs(
    billing: ApiBilling,
    demand: Demand,
    accepted: Sequence[float | None],
    groups: Sequence[Hashable] | None,
) -> Costs:
    """Return the figures of an API candidate; arguments as in ``cost.cost_of``."""
    paid, units = known(billing.request_costs, groups)
    request = mean(paid, groups=units)
    if request is None:
        return Costs(currency=billing.currency)
    note = "mean billed cost of a request, retries included"
    monthly = demand.monthly_requests
    return Costs(
        per_1000_requests=_figure(request, 1000, billing.origin, f"1,000 x {note}"),
        per_month=None
        if monthly is None
        else _figure(request, monthly, billing.origin, f"monthly requests x {note}"),
        per_accepted_answer=_per_accepted(billing, accepted, groups),
        currency=billing.currency,
    )


def _per_accepted(
    billing: ApiBilling,
    accepted: Sequence[float | None],
    groups: Sequence[Hashable] | None,
) -> Figure | None:
    if not accepted:
        return None
    costs = billing.request_costs
    if len(costs) != len(accepted):
        raise InvalidMeasurement(
            f"Costs and accepted answers must be of the same samples, got {len(costs)} "
            f"and {len(accepted)}. Give None for a sample without one."
        )
    pairs = [
        (i, cost, share)
        for i, (cost, share) in enumerate(zip(costs, accepted, strict=True))
        if cost is not None and share is not None
    ]
    ratio = ratio_of_means(
        [cost for _, cost, _ in pairs],
        [share for _, _, share in pairs],
        groups=None if groups is None else [groups[i] for i, _, _ in pairs],
    )
    note = "mean cost of a request by the share of accepted answers, Fieller interval"
    return None if ratio is None else _figure(ratio, 1, billing.origin, note)


def known(
    values: Sequence[float | None], groups: Sequence[Hashable] | None
) -> tuple[list[float], list[Hashable] | None]:
    """Return the values that are not None, with the groups of theirs."""
    kept = [i for i, value in enumerate(values) if value is not None]
    known = [value for value in values if value is not None]
    return known, None if groups is None else [groups[i] for i in kept]


def _figure(ratio: Ratio, scale: float, origin: Origin, note: str) -> Figure:
    return Figure(
        value=ratio.value * scale,
        low=None if ratio.low is None else max(0.0, ratio.low) * scale,
        high=None if ratio.high is None else ratio.high * scale,
        n=ratio.n,
        origin=origin,
        note=note,
    )
