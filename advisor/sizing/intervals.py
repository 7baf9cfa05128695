"""How sure can a small sample make us? Intervals for a mean score.

Each function returns None where there is nothing to measure: a dash is more honest than
a 0. Wilson and Clopper-Pearson are for shares of independent yes-or-no answers looked
at once; the betting interval is for any scores in [0, 1], weighted or not.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, ndtri

from advisor.sizing.errors import InvalidMeasurement

Array = NDArray[np.float64]

PRECISION = 1e-6  # of a betting bound; bounds are rounded outwards
BISECTIONS = 20  # 2 ** -20 < PRECISION


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean, the interval around it and the number of units behind it."""

    value: float
    low: float
    high: float
    n: int


def wilson(successes: float, n: int, *, confidence: float = 0.95) -> Interval | None:
    """Return Wilson's score interval of ``successes`` in ``n``; None if n is 0.

    Wilson rather than the mean plus or minus z standard errors, because small models
    sit close to 0 or 1, where that interval leaves the unit range or shrinks to
    nothing. Source: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209-212.
    """
    _check_counts(successes, n)
    if n == 0:
        return None
    z = float(ndtri((1 + confidence) / 2))
    share = successes / n
    spread = 1 + z**2 / n
    centre = (share + z**2 / (2 * n)) / spread
    half = z * sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / spread
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == n else min(1.0, centre + half)
    return Interval(share, low, high, n)


def clopper_pearson(
    successes: int, n: int, *, confidence: float = 0.95
) -> Interval | None:
    """Return the exact interval of ``successes`` in ``n``; None if n is 0.

    Source: C. J. Clopper and E. S. Pearson, Biometrika 26 (1934) 404-413.
    """
    _check_counts(successes, n)
    if n == 0:
        return None
    tail = (1 - confidence) / 2
    low, high = 0.0, 1.0
    if successes > 0:
        low = float(betaincinv(successes, n - successes + 1, tail))
    if successes < n:
        high = float(betaincinv(successes + 1, n - successes, 1 - tail))
    return Interval(successes / n, low, high, n)


def betting_interval(
    values: Sequence[float] | Array,
    weights: Sequence[float] | Array | None = None,
    *,
    confidence: float = 0.95,
) -> Interval | None:
    """Return an interval for the mean of values in [0, 1] of whatever distribution.

    ``values`` stand in the order they were drawn, their number fixed beforehand (a run
    that stops on what it sees asks its certifier instead); ``weights`` are in [0, 1].
    None without values or without weight. Source: Waudby-Smith and Ramdas, arXiv
    2010.09686, section 4; each side at half the error.
    """
    x = np.asarray(values, dtype=np.float64)
    w = np.ones_like(x) if weights is None else np.asarray(weights, dtype=np.float64)
    if x.size == 0 or not w.sum() > 0:
        return None
    if x.min() < 0 or x.max() > 1 or w.min() < 0 or w.max() > 1:
        raise InvalidMeasurement(
            f"values and weights must be in [0, 1], got values from {x.min()} to "
            f"{x.max()} and weights from {w.min()} to {w.max()}. Scale them first."
        )
    need = log(2 / (1 - confidence))
    bets = np.sqrt(2 * need / (_variance(x, w) * x.size))
    high = _upper(x, w, bets, need)
    low = 1 - _upper(1 - x, w, bets, need)
    value = float((w * x).sum() / w.sum())
    return Interval(value, min(low, value), max(high, value), x.size)


def clustered_standard_error(
    values: Sequence[float], clusters: Sequence[Hashable]
) -> float | None:
    """Return the standard error of the mean of values that come in clusters.

    The square root of the summed squares of each cluster's summed deviations, by n;
    None below two clusters. Source: E. Miller, arXiv 2411.00640, section 2.2.
    """
    x = np.asarray(values, dtype=np.float64)
    if x.size != len(clusters):
        raise InvalidMeasurement(
            f"each value needs a cluster, got {x.size} values and {len(clusters)} "
            "clusters. Give one a value."
        )
    numbers = {name: index for index, name in enumerate(dict.fromkeys(clusters))}
    if len(numbers) < 2:
        return None
    index = np.array([numbers[name] for name in clusters])
    sums = np.bincount(index, weights=x - x.mean())
    return float(np.sqrt((sums**2).sum()) / x.size)


def _variance(x: Array, w: Array) -> Array:
    """Return the variance before each unit, as guessed from the units before it."""
    count = np.arange(1, x.size + 1)
    mean = (np.cumsum(w * x) + 0.5) / (np.cumsum(w) + 1)
    spread = np.cumsum((w * (x - mean)) ** 2)
    return (np.concatenate(([0.0], spread[:-1])) + 0.25) / count


def _upper(x: Array, w: Array, bets: Array, need: float) -> float:
    """Return the smallest mean that is refuted as too large, rounded up.

    The bets do not depend on the mean but for their cap, so wealth grows with the mean
    and bisection finds where it passes ``need``.
    """
    low, high = 0.0, 1.0
    for _ in range(BISECTIONS):
        mean = (low + high) / 2
        stakes = np.minimum(bets, 0.95 / (1 - mean))
        if np.cumsum(np.log1p(stakes * w * (mean - x))).max() >= need:
            high = mean
        else:
            low = mean
    return high


def _check_counts(successes: float, n: int) -> None:
    if not 0 <= successes <= n:
        raise InvalidMeasurement(
            f"successes must be between 0 and n, got {successes} of {n}. "
            "Count each sample once."
        )
