"""Small model first, large one when the small is unsure: at which confidence?

Everything is replayed from answers already collected. The threshold is certified on
one part of the samples and shown on the other; a threshold tuned and shown on the
same samples breaks its own promise in half of all cases.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from math import ceil, inf

import numpy as np

from advisor.sizing.betting_bound import certified
from advisor.sizing.errors import InvalidMeasurement

GRID_STEPS = 40
CALIBRATION_SHARE = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Answers of two models to the same samples, one entry a sample.

    ``confidence`` is the small model's own, larger is surer; scores lie in [0, 1].
    ``groups`` names the unit of each sample where samples belong together. Samples
    with a gap are left out beforehand.
    """

    confidence: np.ndarray
    small: np.ndarray
    large: np.ndarray
    groups: tuple[Hashable, ...] | None = None

    def __post_init__(self) -> None:
        sizes = {len(self.confidence), len(self.small), len(self.large)}
        sizes |= set() if self.groups is None else {len(self.groups)}
        if len(sizes) > 1 or not len(self.small):
            raise InvalidMeasurement(
                "A cascade needs both answers and a confidence for each sample, got "
                f"{len(self.confidence)}, {len(self.small)} and {len(self.large)}."
            )
        scores = np.concatenate([self.small, self.large])
        if np.isnan(self.confidence).any() or not (
            (scores >= 0).all() and (scores <= 1).all()
        ):
            raise InvalidMeasurement(
                "Scores lie between 0 and 1 and each confidence is a number; leave "
                "samples without one out."
            )

    def __len__(self) -> int:
        return len(self.small)

    def at(self, rows: np.ndarray) -> "Pairs":
        """Return the pairs of some samples."""
        groups = None if self.groups is None else tuple(self.groups[i] for i in rows)
        return Pairs(
            confidence=self.confidence[rows],
            small=self.small[rows],
            large=self.large[rows],
            groups=groups,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """The confidence from which the small model's answer is taken.

    ``value`` is ``inf`` where only the large model may answer and ``-inf`` where the
    small one always may. ``holds`` says what is promised: "certified" with the stated
    confidence in this run, "on average" over many runs, which a single one breaks in
    37 to 41 % of cases.
    """

    value: float
    holds: str
    n: int


def split(
    pairs: Pairs, *, seed: int, share: float = CALIBRATION_SHARE
) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows to calibrate on and the rows held out; groups stay whole.

    The rows to calibrate on come in random order, as the bets need them.
    """
    names = list(range(len(pairs))) if pairs.groups is None else list(pairs.groups)
    order = list(dict.fromkeys(names))
    np.random.default_rng(seed).shuffle(order)
    if not 0 < share < 1 or len(order) < 2:
        raise InvalidMeasurement(
            "A split needs a share between 0 and 1 and two units, got "
            f"{share} and {len(order)}. Add samples."
        )
    cut = min(max(1, round(share * len(order))), len(order) - 1)
    place = {name: index for index, name in enumerate(order)}
    places = np.array([place[name] for name in names])
    sorted_rows = np.argsort(places, kind="stable")
    inside = places[sorted_rows] < cut
    return sorted_rows[inside], sorted_rows[~inside]


def grid_of(confidence: np.ndarray, steps: int = GRID_STEPS) -> np.ndarray:
    """Return thresholds from "never" down to "always", from confidences alone.

    They are quantiles of samples that do not calibrate, so that the grid is fixed
    before a score is looked at.
    """
    shares = np.linspace(1, 0, steps)
    levels = np.unique(np.quantile(confidence, shares, method="inverted_cdf"))[::-1]
    return np.concatenate([levels[:-1], [-inf]])


def certified_threshold(
    pairs: Pairs, grid: np.ndarray, *, margin: float, alpha: float, tried: int = 1
) -> Threshold:
    """Return the lowest threshold whose loss against the large model is certified.

    A fixed sequence from the highest down, each at the full alpha / ``tried`` (small
    models tried), ending at the first that fails: the chance that the loss at the
    result is above ``margin`` is at most alpha (A. N. Angelopoulos et al., Learn then
    test, arXiv 2110.01052). ``pairs`` come in random order.
    """
    if (np.diff(grid) >= 0).any():
        raise InvalidMeasurement(
            "The grid of thresholds must fall. Sort it before the run."
        )
    losses, weights = _unit_losses(pairs, grid)
    passed = certified(losses, margin, alpha / tried, weights)
    first_failure = int(np.argmin(passed)) if not passed.all() else len(grid)
    value = inf if first_failure == 0 else float(grid[first_failure - 1])
    return Threshold(value=value, holds="certified", n=len(weights))


def average_threshold(
    pairs: Pairs, grid: np.ndarray, *, margin: float
) -> Threshold | None:
    """Return the lowest threshold whose loss is within ``margin`` on average.

    Conformal risk control (A. N. Angelopoulos et al., arXiv 2208.02814) on the loss
    max(0, large - small) of the answers taken. None below 1 / margin - 1 samples,
    where it can promise nothing. Not for decisions: see ``Threshold``.
    """
    n = len(pairs)
    if n < ceil(1 / margin - 1):
        return None
    regret = np.maximum(pairs.large - pairs.small, 0.0)
    taken = pairs.confidence[:, None] >= grid[None, :]
    risk = (taken * regret[:, None]).mean(axis=0)
    within = n / (n + 1) * risk + 1 / (n + 1) <= margin
    first_failure = int(np.argmin(within)) if not within.all() else len(grid)
    value = inf if first_failure == 0 else float(grid[first_failure - 1])
    return Threshold(value=value, holds="on average", n=n)


def _unit_losses(pairs: Pairs, grid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the loss of each unit at each threshold, and the weight of each unit."""
    taken = pairs.confidence[:, None] >= grid[None, :]
    losses = taken * (pairs.large - pairs.small)[:, None]
    if pairs.groups is None:
        return losses, np.ones(len(pairs))
    order = {name: row for row, name in enumerate(dict.fromkeys(pairs.groups))}
    rows = np.array([order[name] for name in pairs.groups])
    sizes = np.bincount(rows).astype(float)
    sums = np.zeros((len(sizes), len(grid)))
    np.add.at(sums, rows, losses)
    return sums / sizes[:, None], sizes / sizes.max()
