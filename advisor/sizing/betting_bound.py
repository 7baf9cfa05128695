"""Is a mean loss below a margin, asked of many thresholds at once?

The wealth of a gambler who bets against "the mean is above the margin" certifies when
it reaches 1 / alpha (J. Ville 1939; I. Waudby-Smith and A. Ramdas, arXiv 2010.09686).
The bets are those of the certifier, the larger of what reaches the goal by the last
sample (V. Voracek and F. Orabona, arXiv 2505.22422) and half of Kelly's; here all
thresholds are carried through the samples together.
"""

import numpy as np

from advisor.sizing.errors import InvalidMeasurement

CAP = 0.95
PRIOR_VARIANCE = 0.25
LEAST_VARIANCE = 1e-3
SHRINK = 20


def certified(
    losses: np.ndarray,
    margin: float,
    alpha: float,
    weights: np.ndarray | None = None,
) -> np.ndarray:
    """Say for each column whether its mean loss is certified to be within ``margin``.

    ``losses`` has one row a sample (or group), in an order that does not depend on
    their values, and any further axes; each in [-1, 1]. ``weights`` in [0, 1], one a
    row, are fixed beforehand. Each answer is wrong with a chance of at most ``alpha``.
    """
    if not (0 < margin < 1 and 0 < alpha < 1):
        raise InvalidMeasurement(
            f"Margin and alpha must lie between 0 and 1, got {margin} and {alpha}."
        )
    if losses.size and not (losses.min() >= -1 and losses.max() <= 1):
        raise InvalidMeasurement(
            f"A loss lies between -1 and 1, got {losses.min()} to {losses.max()}. "
            "Take the difference of two scores."
        )
    rows = len(losses)
    share = np.ones(rows) if weights is None else weights
    goal = np.log(1 / alpha)
    wealth = np.zeros(losses.shape[1:])
    gained, squares = np.zeros_like(wealth), np.full_like(wealth, PRIOR_VARIANCE)
    reached = np.zeros(wealth.shape, dtype=bool)
    for row in range(rows):
        gain = share[row] * (margin - losses[row])
        variance = np.maximum(squares / (row + 1), LEAST_VARIANCE)
        to_go = np.maximum(goal - wealth, 0.0)
        star = np.sqrt(2 * to_go / ((rows - row) * variance))
        kelly = 0.5 * np.maximum(gained / (row + SHRINK), 0.0) / variance
        bet = np.minimum(np.maximum(star, kelly), CAP / (1 - margin))
        wealth += np.log1p(bet * gain)
        gained += gain
        squares += gain**2
        reached |= wealth >= goal
    return reached
