"""From what volume on is own hardware cheaper than paying per request?

Replicas come in whole numbers, so the own cost is a staircase and the API cost a
line through zero: they may cross several times, and every crossing has a closed
form. All volumes are requests per month, all costs are per month or per request.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, inf

from advisor.sizing.demand import HOURS_PER_MONTH
from advisor.sizing.errors import SizingError


@dataclass(frozen=True, slots=True)
class BreakEven:
    """The volumes at which ceil(V / capacity) * replica_cost <= V * saving.

    ``capacity`` is what one replica serves in a month, ``saving`` what a request on
    the API costs more than the variable cost of one of our own at equal accepted
    quality. With r = replica_cost / saving the k-th step is cheaper from k * r to
    k * capacity. Works in exact fractions as it does in floats.
    """

    capacity: float
    replica_cost: float
    saving: float

    def __post_init__(self) -> None:
        if self.capacity <= 0 or self.replica_cost < 0:
            raise SizingError(
                "One replica needs a capacity above 0 and a cost of 0 or more, got "
                f"{self.capacity} requests and {self.replica_cost} per month."
            )

    @property
    def ever(self) -> bool:
        """Say whether any volume makes own hardware the cheaper choice."""
        return self.saving * self.capacity >= self.replica_cost and (
            self.saving > 0 or self.replica_cost == 0
        )

    @property
    def first(self) -> float | None:
        """Return the smallest such volume; None when there is none."""
        if not self.ever:
            return None
        return self.replica_cost / self.saving if self.replica_cost else 0.0

    @property
    def always_from(self) -> float | None:
        """Return the volume from which own hardware stays cheaper; None if never."""
        first, step = self.first, self._last_step
        return None if first is None or step is None else step * first

    def cheaper_at(self, volume: float) -> bool:
        """Say whether own hardware costs at most as much as the API at ``volume``."""
        first = self.first
        if first is None or volume <= 0:
            return False
        return volume >= ceil(volume / self.capacity) * first

    def intervals(self, *, up_to: float = inf) -> Iterator[tuple[float, float]]:
        """Yield the closed intervals of volume where own hardware is cheaper.

        The last one ends at ``up_to``. Hardware that breaks even only at full load
        has no last one: there the intervals are single points without end.
        """
        first, last = self.first, self._last_step
        if first is None:
            return
        k = 1
        while (low := k * first) <= up_to:
            if last is not None and k >= last:
                yield low, up_to
                return
            yield low, min(k * self.capacity, up_to)
            k += 1

    @property
    def _last_step(self) -> int | None:
        """Return the step from which on each joins the next; None if none does.

        Step k + 1 joins step k when (k + 1) * r <= k * capacity.
        """
        first = self.first
        if first is None or first >= self.capacity:
            return None
        return max(1, ceil(self.capacity / (self.capacity - first)) - 1)


@dataclass(frozen=True, slots=True)
class BreakEvenBand:
    """The break-even at the estimates, and at the ends of what they may be.

    More capacity, cheaper replicas and a larger saving each only add volumes, so
    the two corners bound every combination in between.
    """

    estimate: BreakEven
    optimistic: BreakEven
    pessimistic: BreakEven


def equal_quality_saving(
    api_cost: float, own_variable_cost: float, quality_ratio: float
) -> float:
    """Return what a request saves, c_api * q_cand / q_ref - c_var.

    The API is charged for as many accepted answers as the own candidate gives.
    """
    return api_cost * quality_ratio - own_variable_cost


def monthly_capacity(requests_per_second: float, mean_over_peak: float) -> float:
    """Return the requests a month that one replica serves.

    ``requests_per_second`` is the rate at which it meets the limits, at most 0.8 of
    saturation; ``mean_over_peak`` in (0, 1] is the average load by the peak load.
    """
    if requests_per_second <= 0 or not 0 < mean_over_peak <= 1:
        raise SizingError(
            "A capacity needs a rate above 0 and a mean by peak in (0, 1], got "
            f"{requests_per_second} and {mean_over_peak}."
        )
    return requests_per_second * HOURS_PER_MONTH * 3600 * mean_over_peak
