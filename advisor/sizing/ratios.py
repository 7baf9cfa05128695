"""What does one quantity cost per unit of another, and how sure is that ratio?

Fieller's interval is used because a denominator close to zero makes the ratio
unbounded, and a bounded interval around it would be a false comfort.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
from scipy.special import stdtrit

from advisor.sizing.errors import InvalidMeasurement


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio of two means; an end that has no bound is None, n counts the pairs."""

    value: float
    low: float | None
    high: float | None
    n: int


def ratio_of_means(
    numerators: Sequence[float],
    denominators: Sequence[float],
    *,
    groups: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
) -> Ratio | None:
    """Return mean numerator by mean denominator with Fieller's two-sided interval.

    Both are non-negative and paired, one pair a sample; with ``groups`` the totals
    of each group are the unit. None when nothing was measured or the denominators
    sum to zero. With one unit both ends are None. Source: E. C. Fieller, Some
    problems in interval estimation, J. R. Stat. Soc. B 16 (1954) 175-185.
    """
    if len(numerators) != len(denominators):
        raise InvalidMeasurement(
            f"Each numerator needs one denominator, got {len(numerators)} and "
            f"{len(denominators)}. Give both for the same samples."
        )
    if not 0 < confidence < 1:
        raise InvalidMeasurement(
            f"The confidence must lie between 0 and 1, got {confidence}. Use e.g. 0.95."
        )
    if not numerators or sum(denominators) <= 0:
        return None
    pairs = _totals(numerators, denominators, groups)
    value = float(pairs[:, 0].sum() / pairs[:, 1].sum())
    low, high = _fieller(pairs, value, confidence)
    return Ratio(value, low, high, len(numerators))


def mean(
    values: Sequence[float],
    *,
    groups: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
) -> Ratio | None:
    """Return the mean of ``values`` with its (grouped) Student interval; None if empty.

    It is the ratio to a denominator of one, so that groups count by their size.
    """
    return ratio_of_means(
        values, [1.0] * len(values), groups=groups, confidence=confidence
    )


def _totals(
    numerators: Sequence[float],
    denominators: Sequence[float],
    groups: Sequence[Hashable] | None,
) -> np.ndarray:
    pairs = np.column_stack([numerators, denominators]).astype(float)
    if groups is None:
        return pairs
    if len(groups) != len(numerators):
        raise InvalidMeasurement(
            f"Each sample needs one group, got {len(groups)} groups for "
            f"{len(numerators)} samples. Give one group name a sample."
        )
    row_of: dict[Hashable, int] = {}
    rows = [row_of.setdefault(group, len(row_of)) for group in groups]
    totals = np.zeros((len(row_of), 2))
    np.add.at(totals, rows, pairs)
    return totals


def _fieller(
    pairs: np.ndarray, value: float, confidence: float
) -> tuple[float | None, float | None]:
    units = len(pairs)
    if units < 2:
        return None, None
    over, under = pairs.mean(axis=0)
    # Centring on the ratio first keeps the roots exact where the spread is tiny.
    residual = pairs[:, 0] - value * pairs[:, 1]
    quantile = float(stdtrit(units - 1, (1 + confidence) / 2)) ** 2 / units
    variance = quantile * float(residual.var(ddof=1))
    spread = quantile * float(pairs[:, 1].var(ddof=1))
    joint = quantile * float(np.cov(residual, pairs[:, 1])[0, 1])
    # (under * d)^2 <= variance - 2 d joint + d^2 spread, d = ratio - value
    a, b, c = under**2 - spread, joint, -variance
    if over == 0 and variance == 0:
        return 0.0, 0.0
    root = b * b - a * c
    if a > 0:
        half = sqrt(root)
        return max(0.0, value + (-b - half) / a), value + (-b + half) / a
    return _unbounded(a, b, root, value)


def _unbounded(
    a: float, b: float, root: float, value: float
) -> tuple[float | None, None]:
    """Return the lower end of a set that has no upper one, where it has any."""
    if a == 0 or root <= 0:
        return None, None
    ends = sorted(value + (-b + sign * sqrt(root)) / a for sign in (-1, 1))
    lower = max((end for end in ends if end <= value), default=-inf)
    return (lower if lower > 0 else None), None
