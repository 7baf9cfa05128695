"""How slow are the slowest answers, and how sure is that?

Distribution-free: a bound is one of the measured times. A failure is an infinite time,
so a candidate that often fails has no finite percentile. Requests at concurrency 1 are
taken as independent; under load they are not, and the independent bursts they came in
are the unit.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import ceil, inf, log

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr

from advisor.sizing.errors import InvalidMeasurement
from advisor.sizing.measurement import Figure

Array = NDArray[np.float64]

BURST_CAPS = (1.0, 0.5, 0.25)  # stakes, as shares of the largest allowed, and
BURST_SHARES = (0.6, 0.25, 0.15)  # how the first wealth is divided among them


def smallest_n(q: float, *, confidence: float = 0.95, sides: int = 1) -> int:
    """Return how many requests give the ``q`` percentile a finite upper bound.

    q = 0.95 needs 59 (one side) or 72 (both), q = 0.99 needs 299 or 368.
    """
    tail = (1 - confidence) / sides
    return ceil(log(tail) / log(q))


def percentile(
    times: Sequence[float],
    q: float,
    *,
    confidence: float = 0.95,
    bursts: Sequence[int] | None = None,
) -> Figure | None:
    """Return the ``q`` percentile (0 < q < 1) with its two-sided interval.

    In the unit of ``times``. None below ``smallest_n`` requests, where even a one-sided
    bound is infinite: a point without a bound would pass for a measurement.
    """
    if len(times) < smallest_n(q, confidence=confidence):
        return None
    low, high = bounds(times, q, confidence=(1 + confidence) / 2, bursts=bursts)
    return Figure(point(times, q), low, high, len(times), "measured")


def point(times: Sequence[float], q: float) -> float:
    """Return the smallest measured time that a share ``q`` of requests stays within."""
    return float(np.sort(np.asarray(times))[ceil(q * len(times) - 1e-9) - 1])


def bounds(
    times: Sequence[float],
    q: float,
    *,
    confidence: float = 0.95,
    bursts: Sequence[int] | None = None,
) -> tuple[float, float]:
    """Return a lower and an upper bound of the ``q`` percentile, one-sided each.

    0 and infinity where the requests are too few to say. With ``bursts``, the number of
    the burst of each request, whole bursts are the unit.
    """
    if len(times) == 0:
        return 0.0, inf
    if bursts is not None:
        return _burst_bounds(times, q, confidence, bursts)
    lower, upper = _ranks(len(times), q, confidence)
    ordered = np.sort(np.asarray(times, dtype=np.float64))
    low = 0.0 if lower == 0 else float(ordered[lower - 1])
    high = inf if upper > len(times) else float(ordered[upper - 1])
    return low, high


@lru_cache(maxsize=1024)
def _ranks(n: int, q: float, confidence: float) -> tuple[int, int]:
    """Return the ranks of both bounds, from 1; 0 and n + 1 where there is none.

    How many of ``n`` requests stay below the true percentile is binomial (n, q).
    """
    at_most = bdtr(np.arange(n + 1, dtype=np.float64), n, q)
    upper = int(np.searchsorted(at_most, confidence)) + 1
    lower = int(np.searchsorted(at_most, 1 - confidence, side="right"))
    return lower, upper


def _burst_bounds(
    times: Sequence[float], q: float, confidence: float, bursts: Sequence[int]
) -> tuple[float, float]:
    """Return bounds that hold however requests of one burst depend on each other.

    Each burst gives the share of its requests above a time; betting on the mean of
    these shares, weighted by size, refutes that too many, or too few, are above it.
    """
    if len(bursts) != len(times):
        raise InvalidMeasurement(
            f"each request needs a burst, got {len(times)} times and {len(bursts)} "
            "bursts. Give one a request."
        )
    values = np.asarray(times, dtype=np.float64)
    names, index = np.unique(np.asarray(bursts), return_inverse=True)
    sizes = np.bincount(index).astype(np.float64)
    weight = sizes / sizes.max()
    need, allowed = -log(1 - confidence), 1 - q
    ordered = np.unique(values)

    def above(time: float, *, inclusive: bool) -> Array:
        over = values >= time if inclusive else values > time
        return np.bincount(index, weights=over, minlength=names.size) / sizes

    def within(time: float) -> bool:
        edge = weight * (allowed - above(time, inclusive=False))
        return _wealth(edge, 1 - allowed) >= need

    def beyond(time: float) -> bool:
        edge = weight * (above(time, inclusive=True) - allowed)
        return _wealth(edge, allowed) >= need

    passing = _count(ordered, lambda time: not within(time))
    reached = _count(ordered, beyond)
    high = inf if passing == ordered.size else float(ordered[passing])
    low = 0.0 if reached == 0 else float(ordered[reached - 1])
    # Each side may be refuted by chance; where both are, the wider reading is kept.
    return min(low, high), max(low, high)


def _wealth(edge: Array, risk: float) -> float:
    """Return the largest log wealth of a fixed mix of stakes on ``edge``.

    ``risk`` is the most that one unit can lose. The stakes do not depend on the data,
    so a larger edge everywhere never means less wealth.
    """
    stakes = 0.95 / risk * np.array(BURST_CAPS)[:, None]
    paths = np.cumsum(np.log1p(stakes * edge), axis=1)
    shares = np.log(BURST_SHARES)[:, None]
    return float(np.logaddexp.reduce(paths + shares).max())


def _count(ordered: Array, holds: Callable[[float], bool]) -> int:
    """Return how many of the ascending times ``holds`` is true for, from below."""
    low, high = 0, ordered.size
    while low < high:
        middle = (low + high) // 2
        if holds(float(ordered[middle])):
            low = middle + 1
        else:
            high = middle
    return low
