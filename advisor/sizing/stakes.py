"""How large a share of the wealth goes on the next unit?

A stake looks at the past only. Why these ones: docs/decisions/certifier-bets.md.
"""

from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

HASTE = 0.95  # of the STaR stake: a little less wins a little more often, and
FINITE_HASTE = 1.2  # a little more wins a little sooner where the last unit decides
GAP = 0.05  # loss against the margin, in score points, that should be found quickly
SCARCE, AMPLE = 1.5, 5.0  # units left, by those that GAP takes: half to whole Kelly


def stake(
    need: float,
    target: float,
    left: float,
    variance: float,
    drift: float,
    stretch: float,
) -> float:
    """Return the share of wealth to stake before the cap, at least 0.

    The larger of a STaR stake, which just reaches ``need`` (log wealth) in the ``left``
    units, and a share of the Kelly stake, from a half where ``left`` is scarce for the
    whole ``target`` to the whole where it is ample. ``stretch`` > 0 is N / left of a
    draw without replacement, where the drift still to come grows by that factor; 0
    means independent draws.
    """
    star = sqrt(2 * need / (left * variance))
    kelly = max(drift, 0.0) / variance
    if stretch:
        return max(FINITE_HASTE * star, kelly * stretch)
    plenty = log(left * GAP**2 / (2 * target * variance) / SCARCE)
    share = min(max(0.5 + 0.5 * plenty / log(AMPLE / SCARCE), 0.5), 1.0)
    return max(HASTE * star, share * kelly)


def stakes(
    need: Array,
    target: float,
    left: float,
    variance: Array,
    drift: Array,
    stretch: float,
) -> Array:
    """Return ``stake`` for each margin of a grid."""
    star = np.sqrt(2 * need / (left * variance))
    kelly = np.maximum(drift, 0.0) / variance
    if stretch:
        return np.maximum(FINITE_HASTE * star, kelly * stretch)
    plenty = np.log(left * GAP**2 / (2 * target * variance) / SCARCE)
    share = np.clip(0.5 + 0.5 * plenty / log(AMPLE / SCARCE), 0.5, 1.0)
    return np.maximum(HASTE * star, share * kelly)
