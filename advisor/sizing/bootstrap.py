"""How might the mean loss have come out on other samples? For description only.

The bias-corrected and accelerated bootstrap of paired differences. It decides nothing:
below a few hundred samples its coverage is less than it says.
"""

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from advisor.sizing.errors import InvalidMeasurement
from advisor.sizing.intervals import Interval

Array = NDArray[np.float64]

RESAMPLES = 2000
CHUNK = 4_000_000  # resampled indices held in memory at once


def bca_interval(
    differences: Sequence[float],
    *,
    seed: int,
    groups: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
    resamples: int = RESAMPLES,
) -> Interval | None:
    """Return the mean of paired differences with its two-sided BCa interval.

    ``groups`` names the unit of each difference; whole groups are drawn. None without
    differences, or where all are equal and resampling says nothing. Source: B. Efron,
    J. Am. Stat. Assoc. 82 (1987) 171-185.
    """
    x = np.asarray(differences, dtype=np.float64)
    sums, sizes = _totals(x, groups)
    if x.size == 0 or np.ptp(sums / sizes) == 0:
        return None
    mean = float(sums.sum() / sizes.sum())
    draws = _draws(sums, sizes, np.random.default_rng(seed), resamples)
    below = float(((draws < mean).sum() + (draws <= mean).sum()) / (2 * resamples))
    bias = ndtri(min(max(below, 0.5 / resamples), 1 - 0.5 / resamples))
    bend = _acceleration(sums, sizes)
    tail = (1 - confidence) / 2
    ends = []
    for z in (ndtri(tail), ndtri(1 - tail)):
        shifted = bias + z
        level = float(ndtr(bias + shifted / (1 - bend * shifted)))
        ends.append(float(np.quantile(draws, level)))
    return Interval(mean, ends[0], ends[1], x.size)


def _totals(x: Array, groups: Sequence[Hashable] | None) -> tuple[Array, Array]:
    """Return the sum and the size of each unit, in order of first appearance."""
    if groups is None:
        return x, np.ones_like(x)
    if len(groups) != x.size:
        raise InvalidMeasurement(
            f"each difference needs a group, got {x.size} differences and "
            f"{len(groups)} groups. Give one a difference."
        )
    numbers = {name: index for index, name in enumerate(dict.fromkeys(groups))}
    index = np.array([numbers[name] for name in groups], dtype=np.int64)
    sizes = np.bincount(index).astype(np.float64)
    return np.bincount(index, x).astype(np.float64), sizes


def _draws(
    sums: Array, sizes: Array, rng: np.random.Generator, resamples: int
) -> Array:
    """Return the means of ``resamples`` draws of units with replacement."""
    rows = max(1, CHUNK // sums.size)
    means = []
    for start in range(0, resamples, rows):
        count = min(rows, resamples - start)
        index = rng.integers(0, sums.size, (count, sums.size))
        means.append(sums[index].sum(axis=1) / sizes[index].sum(axis=1))
    return np.concatenate(means)


def _acceleration(sums: Array, sizes: Array) -> float:
    """Return how the standard error bends with the mean, from leaving out each unit."""
    left_out = (sums.sum() - sums) / np.maximum(sizes.sum() - sizes, 1)
    gaps = left_out.mean() - left_out
    spread = (gaps**2).sum() ** 1.5
    return float((gaps**3).sum() / (6 * spread)) if spread > 0 else 0.0
