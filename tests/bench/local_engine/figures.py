"""Which figures stand for many runs, and for many differences?"""

import random
import statistics

RESAMPLES = 10_000


def interval(values, seed=0):
    """Return the median and its 95 % bootstrap interval."""
    draw = random.Random(seed)
    medians = sorted(
        statistics.median(draw.choices(values, k=len(values))) for _ in range(RESAMPLES)
    )
    low, high = medians[round(0.025 * RESAMPLES)], medians[round(0.975 * RESAMPLES)]
    return {"median": statistics.median(values), "low": low, "high": high}


def largest_error(own, other):
    """Return the largest |difference| / (1 + |log-likelihood|)."""
    return max(abs(a - b) / (1 + abs(b)) for a, b in zip(own, other, strict=True))
