"""The certifier, many runs at once: the same stakes, one margin, no grid.

``agrees_with_the_certifier`` holds it against the product's own class run by run.
"""

from collections.abc import Callable
from math import log

import numpy as np
from numpy.typing import NDArray

from advisor.sizing.sequential import Certifier
from advisor.sizing.stakes import stakes
from advisor.sizing.wagers import CAP, SHRINK, TOLERANCE

Array = NDArray[np.float64]
Stakes = Callable[[Array, float, float, Array, Array, float], Array]
ONGOING = 0


class _Sides:
    """The wealth of one null in every run that goes on."""

    def __init__(
        self, runs: int, margin: float | Array, target: float, *, strict: bool
    ) -> None:
        self.margin = np.broadcast_to(np.asarray(margin, dtype=float), (runs,))
        self.target, self.strict = target, strict
        self.wealth = np.zeros(runs)
        self.sums = np.zeros((5, runs))

    def take(
        self, x: Array, w: Array, n: int, horizon: int, finite: bool, bet: Stakes
    ) -> NDArray[np.bool_]:
        m, left = self.margin, horizon - n
        weight, total, weight2, total2, square2 = self.sums
        behind = m * weight - total
        shift = behind / left if finite else np.zeros_like(behind)
        room = 1.0 - m - shift
        square = square2 - 2 * m * total2 + m * m * weight2
        stake = bet(
            np.maximum(self.target - self.wealth, 0.0),
            self.target,
            float(left),
            np.maximum((square + 0.25) / (n + 1), 1e-3),
            behind / (n + SHRINK[self.strict]),
            horizon / left if finite else 0.0,
        )
        most = np.where(room > TOLERANCE, CAP / np.maximum(room, TOLERANCE), 0.0)
        self.wealth += np.log1p(np.minimum(stake, most) * (shift - w * (x - m)))
        self.sums += np.stack((w, w * x, w * w, w * w * x, w * w * x * x))
        return (self.wealth >= self.target) | self._settled(left - 1, finite)

    def _settled(self, left: int, finite: bool) -> NDArray[np.bool_]:
        behind = self.margin * self.sums[0] - self.sums[1]
        if finite and left == 0:
            return behind > TOLERANCE if self.strict else behind >= -TOLERANCE
        room = 1.0 - self.margin - (behind / left if finite else 0.0)
        return room < -TOLERANCE if self.strict else room <= TOLERANCE

    def keep(self, going: NDArray[np.bool_]) -> None:
        self.wealth, self.sums = self.wealth[going], self.sums[:, going]
        self.margin = self.margin[going]


def certify(
    losses: Array,
    weights: Array | None = None,
    *,
    margin: float | Array,
    alpha: float,
    beta: float,
    promise: str,
    bet: Stakes = stakes,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return when each run (a row) decided, horizon + 1 if never, and 1, -1 or 0."""
    runs, horizon = losses.shape
    weights = np.ones_like(losses) if weights is None else weights
    finite = promise == "samples"
    sides = (
        _Sides(runs, margin, -log(alpha), strict=False),
        _Sides(runs, -margin, -log(beta), strict=True),
    )
    when = np.full(runs, horizon + 1)
    verdict = np.full(runs, ONGOING)
    rows = np.arange(runs)
    for n in range(horizon):
        x, w = losses[rows, n].astype(float), weights[rows, n]
        hits = [
            side.take(sign * x, w, n, horizon, finite, bet)
            for sign, side in zip((1, -1), sides, strict=True)
        ]
        done = hits[0] | hits[1]
        if done.any():
            when[rows[done]] = n + 1
            verdict[rows[done]] = np.where(hits[0][done], 1, -1)
            rows = rows[~done]
            for side in sides:
                side.keep(~done)
            if not rows.size:
                break
    return when, verdict


def agrees_with_the_certifier(
    losses: Array, weights: Array, *, margin: float, promise: str
) -> bool:
    """Return whether the class decides every run at the same unit, the same way."""
    when, verdict = certify(
        losses, weights, margin=margin, alpha=0.05, beta=0.1, promise=promise
    )
    for row in range(losses.shape[0]):
        one = Certifier(margin, 0.05, 0.1, losses.shape[1], promise)  # type: ignore[arg-type]
        for x, w in zip(losses[row].tolist(), weights[row].tolist(), strict=True):
            one.update(x, w)
            if one.verdict is not None:
                break
        at = one.n if one.verdict else losses.shape[1] + 1
        names = {1: "non_inferior", -1: "inferior", 0: None}
        if (at, one.verdict) != (when[row], names[int(verdict[row])]):
            return False
    return True
