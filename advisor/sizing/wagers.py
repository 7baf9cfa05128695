"""How much is staked on the next unit, and what has become of the stakes?

One ``Side`` holds the wealth of one null, "the mean of x is above m", for the margin
and for a grid of other margins. The discarding null is the same thing mirrored: feed
-x and -m. A stake depends on the past only, so each wealth is a supermartingale under
its null and Ville's inequality bounds the chance that it ever reaches 1/level.
"""

from math import log, log1p

import numpy as np
from numpy.typing import NDArray

from advisor.sizing.stakes import Array, stake, stakes

GRID: Array = np.arange(-100, 101) / 100.0  # margins after the fact, in score points
BLOCK = 16  # units between two new stakes on the grid
CERTAIN = 1e9  # log wealth of a null that the units left can no longer save
TOLERANCE = 1e-9  # of sums that are whole numbers but for rounding
CAP = 0.95  # share of the wealth that one unit may take at most
SHRINK = (55.0, 20.0)  # units of doubt in the estimated drift: certify, discard


class Side:
    """The wealth against one null, at its margin and on a grid of margins.

    Margins at or above the own one copy its stakes, so that refuting the own margin
    refutes them too; the margins below stake for themselves, anew every BLOCK units.
    """

    def __init__(
        self, margin: float, target: float, horizon: int, finite: bool, *, strict: bool
    ) -> None:
        self.margin = margin
        self.target = target
        self.horizon = horizon
        self.finite = finite
        self.strict = strict
        self.shrink = SHRINK[strict]
        self.n = 0
        self.log_wealth = 0.0
        self.best = 0.0
        self.weight = 0.0  # sums over the units of w, wx, ww, wwx, wwxx
        self.total = 0.0
        self.weight2 = 0.0
        self.total2 = 0.0
        self.square2 = 0.0
        self.pending: list[tuple[float, float, float]] = []
        self.wealth: Array = np.zeros(GRID.size)
        self.peaks: Array = np.zeros(GRID.size)
        self.base = (0, 0.0, 0.0, 0.0, 0.0, 0.0)  # n and sums at the block's start
        if self._certain(1.0 - margin):
            self.best = CERTAIN

    def numbers(self) -> list[float]:
        """Return the scalars of the state, in the order ``restore`` takes them."""
        return [
            self.n,
            self.log_wealth,
            self.best,
            self.weight,
            self.total,
            self.weight2,
            self.total2,
            self.square2,
            *self.base,
        ]

    def restore(self, numbers: list[float]) -> None:
        """Set the scalars that ``numbers`` returned."""
        self.n = int(numbers[0])
        self.log_wealth, self.best = numbers[1:3]
        self.weight, self.total, self.weight2, self.total2, self.square2 = numbers[3:8]
        n, weight, total, weight2, total2, square2 = numbers[8:14]
        self.base = (int(n), weight, total, weight2, total2, square2)

    def take(self, x: float, w: float) -> bool:
        """Bet on one unit; return whether the null is refuted by now."""
        m, n = self.margin, self.n
        left = self.horizon - n
        behind = m * self.weight - self.total
        shift = behind / left if self.finite else 0.0
        room = 1.0 - m - shift
        bet = 0.0
        if room > TOLERANCE:
            square = self.square2 - 2 * m * self.total2 + m * m * self.weight2
            bet = min(
                stake(
                    max(self.target - self.log_wealth, 0.0),
                    self.target,
                    left,
                    max((square + 0.25) / (n + 1), 1e-3),
                    behind / (n + self.shrink),
                    self.horizon / left if self.finite else 0.0,
                ),
                CAP / room,
            )
        self.log_wealth += log1p(bet * (shift - w * (x - m)))
        self._count(x, w)
        self.pending.append((x, w, bet))
        if len(self.pending) == BLOCK:
            self.wealth, self.peaks = self._grid()
            self.base = (
                self.n,
                self.weight,
                self.total,
                self.weight2,
                self.total2,
                self.square2,
            )
            self.pending = []
        self.best = max(self.best, self.log_wealth)
        if self._settled(m):
            self.best = CERTAIN
        return self.best >= self.target

    def bound(self, level: float) -> float:
        """Return the next grid point above the largest margin not refuted at ``level``.

        Refuted is what was refuted at any time so far; the own margin is a grid point.
        """
        need = -log(level)
        _, peaks = self._grid()
        refuted = (peaks >= need) | self._settled_grid()
        at = int(np.searchsorted(GRID, self.margin))
        if self.best >= need:
            refuted[at:] = True
        if at < GRID.size and GRID[at] == self.margin:
            points = GRID
        else:
            points = np.insert(GRID, at, self.margin)
            refuted = np.insert(refuted, at, self.best >= need)
        standing = np.flatnonzero(~refuted)
        above = int(standing[-1]) + 1 if standing.size else 0
        return float(points[min(above, points.size - 1)])

    def _count(self, x: float, w: float) -> None:
        """Add one unit to the sums."""
        self.n += 1
        self.weight += w
        self.total += w * x
        self.weight2 += w * w
        self.total2 += w * w * x
        self.square2 += w * w * x * x

    def _settled(self, m: float) -> bool:
        """Return whether the null at ``m`` is impossible, whatever comes."""
        left = self.horizon - self.n
        behind = m * self.weight - self.total
        if (self.finite and left == 0) or (self.strict and m == 1.0):
            return behind > TOLERANCE if self.strict else behind >= -TOLERANCE
        return self._certain(1.0 - m - (behind / left if self.finite else 0.0))

    def _settled_grid(self) -> NDArray[np.bool_]:
        """Return ``_settled`` for each margin of the grid."""
        left = self.horizon - self.n
        behind = GRID * self.weight - self.total
        at_end = behind > TOLERANCE if self.strict else behind >= -TOLERANCE
        if self.finite and left == 0:
            return at_end
        room = 1.0 - GRID - (behind / left if self.finite else 0.0)
        settled = room < -TOLERANCE if self.strict else room <= TOLERANCE
        if self.strict:
            settled[-1] = at_end[-1]
        return settled

    def _certain(self, room: float) -> bool:
        """Return whether ``room``, what one unit can still lose, rules the null out."""
        return room < -TOLERANCE if self.strict else room <= TOLERANCE

    def _grid(self) -> tuple[Array, Array]:
        """Return log wealth and its peak on the grid with the pending units bet on."""
        wealth, peaks = self.wealth, self.peaks
        if not self.pending:
            return wealth, peaks
        x, w, own = np.array(self.pending).T[:, :, None]
        n, weight, total = self.base[:3]
        shift: Array | float = 0.0
        if self.finite:
            left = self.horizon - n - np.arange(len(self.pending))[:, None]
            weight = weight + np.add.accumulate(w) - w
            total = total + np.add.accumulate(w * x) - w * x
            shift = GRID * (weight / left) - total / left
        room = 1.0 - GRID - shift
        most = np.divide(CAP, room, out=np.zeros_like(room), where=room > TOLERANCE)
        bets = np.empty((len(own), GRID.size))
        bets[:] = own
        at = int(np.searchsorted(GRID, self.margin))
        bets[:, :at] = self._block_stakes(GRID[:at])
        np.minimum(bets, most, out=bets)
        for growth in np.log1p(bets * (shift - w * (x - GRID))):
            wealth = wealth + growth
            peaks = np.maximum(peaks, wealth)
        return wealth, peaks

    def _block_stakes(self, margins: Array) -> Array:
        """Return the stakes of ``margins`` for the block, from what came before it."""
        n, weight, total, weight2, total2, square2 = self.base
        left = float(self.horizon - n)
        square = square2 - 2 * margins * total2 + margins**2 * weight2
        return stakes(
            np.maximum(self.target - self.wealth[: margins.size], 0.0),
            self.target,
            left,
            np.maximum((square + 0.25) / (n + 1), 1e-3),
            (margins * weight - total) / (n + self.shrink),
            self.horizon / left if self.finite else 0.0,
        )
