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
from advisor.sizing.measurement import Figure


@dataclass(frozen=True, slots=True)
class BreakEven:
    """The volumes at which ceil(V / capacity) * replica_cost + fixed <= V * saving.

    ``capacity`` is what one replica serves in a month, ``saving`` what a request on
    the API costs more than the variable cost of one of our own at equal accepted
    quality, ``fixed`` the work on the service, however many replicas. With
    r = replica_cost / saving and f = fixed / saving the k-th step is cheaper from
    k * r + f to k * capacity. Works in exact fractions as it does in floats.
    """

    capacity: float
    replica_cost: float
    saving: float
    fixed: float = 0

    def __post_init__(self) -> None:
        if self.capacity <= 0 or self.replica_cost < 0 or self.fixed < 0:
            raise SizingError(
                "One replica needs a capacity above 0 and costs of 0 or more, got "
                f"{self.capacity} requests, {self.replica_cost} a replica and "
                f"{self.fixed} per month."
            )

    @property
    def ever(self) -> bool:
        """Say whether any volume makes own hardware the cheaper choice."""
        return self._first_step is not None

    @property
    def first(self) -> float | None:
        """Return the smallest such volume; None when there is none."""
        step = self._first_step
        return None if step is None else self._from(step)

    @property
    def always_from(self) -> float | None:
        """Return the volume from which own hardware stays cheaper; None if never."""
        step = self._last_step
        return None if step is None else self._from(step)

    def cheaper_at(self, volume: float) -> bool:
        """Say whether own hardware costs at most as much as the API at ``volume``."""
        if volume <= 0 or not self.ever:
            return False
        return volume >= self._from(ceil(volume / self.capacity))

    def intervals(self, *, up_to: float = inf) -> Iterator[tuple[float, float]]:
        """Yield the closed intervals of volume where own hardware is cheaper.

        The last one ends at ``up_to``. Hardware that breaks even only at full load
        has no last one: there the intervals are single points without end.
        """
        step, last = self._first_step, self._last_step
        if step is None:
            return
        while (low := self._from(step)) <= up_to:
            if last is not None and step >= last:
                yield low, up_to
                return
            yield low, min(step * self.capacity, up_to)
            step += 1

    def _from(self, step: int) -> float:
        """Return k * r + f."""
        costs = step * self.replica_cost + self.fixed
        return costs / self.saving if costs else 0.0

    @property
    def _room(self) -> float:
        """Return capacity - r: what each further step adds to the saving."""
        if self.saving <= 0:
            return self.capacity
        return self.capacity - self.replica_cost / self.saving

    @property
    def _first_step(self) -> int | None:
        """Return the first step that is cheaper where it is full; None if none is."""
        if not self.replica_cost and not self.fixed:
            return 1 if self.saving >= 0 else None
        if self.saving <= 0 or self._room < 0:
            return None
        if not self.fixed:
            return 1
        return ceil(self.fixed / self.saving / self._room) if self._room else None

    @property
    def _last_step(self) -> int | None:
        """Return the step from which on each joins the next; None if none does.

        Step k + 1 joins step k when (k + 1) * r + f <= k * capacity.
        """
        if self._first_step is None or self._room == 0:
            return None
        return max(1, ceil(self._from(1) / self._room))


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


def break_even_band(
    *,
    api_cost: Figure,
    quality_ratio: Figure,
    capacity: Figure,
    replica_cost: Figure,
    own_variable: float = 0.0,
    fixed: float = 0.0,
) -> BreakEvenBand | None:
    """Return the break-even of a candidate, with the ends of everything measured.

    ``quality_ratio`` is accepted by accepted, own candidate by reference. None where
    a figure is unknown: a reference that nobody accepts has no ratio.
    """
    figures = (api_cost, quality_ratio, capacity, replica_cost)
    if any(figure.value is None for figure in figures):
        return None

    def at(better: str, worse: str) -> BreakEven:
        paid, ratio, served = (_end(f, better) for f in figures[:3])
        saving = equal_quality_saving(paid, own_variable, ratio)
        return BreakEven(served, _end(replica_cost, worse), saving, fixed)

    return BreakEvenBand(
        estimate=at("value", "value"),
        optimistic=at("high", "low"),
        pessimistic=at("low", "high"),
    )


def _end(figure: Figure, end: str) -> float:
    """Return one end of a figure, its value where it has none."""
    number = getattr(figure, end)
    return float(figure.value or 0.0) if number is None else float(number)
