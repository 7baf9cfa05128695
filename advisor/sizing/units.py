"""What is one independent observation, and what may a gap stand for?

The unit is the sample, or the whole group where samples come in groups. A unit's loss
is the weighted mean over its samples, its weight their share of the heaviest unit's,
frozen over the whole sample set. A gap is a sample nobody could answer for reasons that
are not the model's: it counts as its worst for certifying and its best for discarding.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from advisor.sizing.errors import InvalidCase
from advisor.sizing.measurement import Case

Array = NDArray[np.float64]
ROUNDING = 1e-9  # scores from 0 to 1 that are nearer to each other are the same


@dataclass(frozen=True, slots=True)
class Frame:
    """Which unit each sample belongs to, in the order in which units are complete.

    ``unit`` is -1 for a sample that does not count; ``ends`` is the index after the
    last sample of each unit, ``weight`` the unit's weight in (0, 1].
    """

    unit: NDArray[np.int64]
    share: Array
    ends: NDArray[np.int64]
    weight: Array
    plain: bool

    @property
    def horizon(self) -> int:
        """Return how many units the whole sample set holds."""
        return int(self.ends.size)


@dataclass(frozen=True, slots=True)
class Units:
    """The complete units that were run: their loss at worst and at best, and weight.

    ``value`` is the mean loss of the samples without a gap, kept between what all gaps
    at their best and at their worst would make it; ``variance`` is that of one unit,
    ``samples`` counts all that were run, ``gaps`` those lost. ``binary`` says
    that every score is 0 or 1 and that samples are ungrouped and of equal weight.
    """

    worst: Array
    best: Array
    weight: Array
    horizon: int
    value: float | None
    variance: float
    samples: int
    gaps: int
    binary: bool

    @property
    def complete(self) -> bool:
        """Return whether every unit of the sample set was run."""
        return self.weight.size == self.horizon

    @property
    def worst_mean(self) -> float:
        """Return the weighted mean loss with every gap at its worst."""
        return float((self.weight * self.worst).sum() / self.weight.sum())

    @property
    def best_mean(self) -> float:
        """Return the weighted mean loss with every gap at its best."""
        return float((self.weight * self.best).sum() / self.weight.sum())


def frame(case: Case, tag: str | None = None) -> Frame:
    """Return the units of the case's sample set, of the samples with ``tag`` if given.

    Raises InvalidCase when no sample carries the tag.
    """
    share = np.ones(case.samples)
    if case.weights is not None:
        share = np.asarray(case.weights, dtype=np.float64)
    if tag is not None:
        tags = case.tags or ((),) * case.samples
        share = share * np.array([tag in names for names in tags], dtype=np.float64)
    counted = share > 0
    if not counted.any():
        what = "a weight above 0" if tag is None else f"the tag {tag!r}"
        raise InvalidCase(
            f"no sample carries {what}. Tag some samples or drop the limit."
        )
    unit = np.full(case.samples, -1, dtype=np.int64)
    unit[counted], ends = _numbers(case.groups, np.flatnonzero(counted))
    total = np.bincount(unit[counted], weights=share[counted])
    weight = total / total.max()
    plain = ends.size == counted.sum() and bool((weight == 1.0).all())
    return Frame(unit, share, ends, weight, plain)


def losses(
    units: Frame,
    reference: Sequence[float | None] | Array,
    candidate: Sequence[float | None] | Array,
) -> Units:
    """Return the paired loss, reference minus candidate, of the units run so far."""
    n = min(len(reference), len(candidate))
    ref, cand = _scores(reference, n), _scores(candidate, n)
    lost_ref, lost_cand = np.isnan(ref), np.isnan(cand)
    worst = np.where(lost_ref, 1.0, ref) - np.where(lost_cand, 0.0, cand)
    best = np.where(lost_ref, 0.0, ref) - np.where(lost_cand, 1.0, cand)
    binary = _binary(ref) and _binary(cand)
    return _collect(units, worst, best, lost_ref | lost_cand, binary)


def shortfalls(
    units: Frame, floor: float, candidate: Sequence[float | None] | Array
) -> Units:
    """Return floor minus score, in [-1, 1], of the units run so far."""
    scores = _scores(candidate, len(candidate))
    lost = np.isnan(scores)
    worst = floor - np.where(lost, 0.0, scores)
    best = floor - np.where(lost, 1.0, scores)
    return _collect(units, worst, best, lost, _binary(scores))


def _numbers(
    groups: Sequence[str | None] | None, indices: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the unit of each counted sample and the index after each unit's last."""
    if groups is None:
        return np.arange(indices.size), indices + 1
    last: dict[str | int, int] = {}
    names: list[str | int] = []
    for index in indices.tolist():
        name = groups[index]
        names.append(index if name is None else name)
        last[names[-1]] = index
    order = sorted(last, key=lambda name: last[name])
    number = {name: rank for rank, name in enumerate(order)}
    ends = np.array([last[name] + 1 for name in order], dtype=np.int64)
    return np.array([number[name] for name in names], dtype=np.int64), ends


def _scores(scores: Sequence[float | None] | Array, n: int) -> Array:
    """Return the first ``n`` scores as an array; a gap is NaN."""
    return np.asarray(scores[:n], dtype=np.float64)


def _binary(scores: Array) -> bool:
    known = scores[~np.isnan(scores)]
    return bool(((known == 0) | (known == 1)).all())


def _collect(
    units: Frame, worst: Array, best: Array, lost: NDArray[np.bool_], binary: bool
) -> Units:
    """Average samples to their complete units, in unit order."""
    done = int(np.searchsorted(units.ends, worst.size, side="right"))
    used = np.flatnonzero(
        (units.unit[: worst.size] >= 0) & (units.unit[: worst.size] < done)
    )
    means = [worst[used], best[used]]
    if not units.plain:
        unit, share = units.unit[used], units.share[used]
        total = np.bincount(unit, weights=share, minlength=done)
        means = [np.bincount(unit, share * side, done) / total for side in means]
        means = [np.clip(side, -1.0, 1.0) for side in means]
    return Units(
        worst=means[0],
        best=means[1],
        weight=units.weight[:done],
        horizon=units.horizon,
        value=_value(units.share[used], worst[used], best[used], lost[used]),
        variance=_variance((means[0] + means[1]) / 2, units.weight[:done]),
        samples=used.size,
        gaps=int(lost[used].sum()),
        binary=binary and units.plain,
    )


def _value(
    share: Array, worst: Array, best: Array, lost: NDArray[np.bool_]
) -> float | None:
    """Return the mean loss without gaps, between all gaps at best and at worst."""
    if lost.all():
        return None
    mean = float(share[~lost] @ worst[~lost] / share[~lost].sum())
    if not lost.any():
        return mean
    low, high = (float(share @ side / share.sum()) for side in (best, worst))
    return min(max(mean, low), high)


def _variance(values: Array, weight: Array) -> float:
    """Return the variance that one of equal units would have; 0 of nothing.

    The squared standard error of the weighted mean, times the number of units. Where
    the values differ by no more than rounding it is 0.
    """
    if values.size == 0 or np.ptp(values) < ROUNDING:
        return 0.0
    mean = np.average(values, weights=weight)
    error2 = ((weight * (values - mean)) ** 2).sum() / weight.sum() ** 2
    return float(error2 * values.size)
