"""Does a cascade keep its promise, and does break-even equal direct evaluation?

Two models on requests of mixed difficulty with known truth. Prints how often the loss
at the chosen threshold is really above the margin, and how many requests are passed
on, for the certified threshold, the one that holds on average, and the naive one that
is best on the samples at hand. --full takes 2,000 calibrations.
"""

import argparse
from math import ceil, sqrt

import numpy as np

from advisor.sizing.breakeven import BreakEven
from advisor.sizing.cascade import (
    Pairs,
    average_threshold,
    certified_threshold,
    grid_of,
)

MARGIN = 0.02
ALPHA = 0.05


def requests(rng: np.random.Generator, n: int) -> Pairs:
    """Draw answers of a model right 86 % of the time and one right 65 %."""
    difficulty = rng.normal(size=n)
    large = 1 / (1 + np.exp(-(2.3 - 1.2 * difficulty)))
    small = 1 / (1 + np.exp(-(0.9 - 1.5 * difficulty)))
    guess = 1 / (1 + np.exp(-(0.9 - 1.5 * difficulty + rng.normal(size=n))))
    return Pairs(
        confidence=guess,
        small=(rng.random(n) < small).astype(float),
        large=(rng.random(n) < large).astype(float),
    )


class World:
    """What is true of every threshold: its loss, regret and share passed on."""

    def __init__(self, rng: np.random.Generator, grid: np.ndarray) -> None:
        everyone = requests(rng, 400_000)
        order = np.argsort(everyone.confidence)
        self.sorted = everyone.confidence[order]
        loss = (everyone.large - everyone.small)[order]
        self.loss = np.append(np.cumsum(loss[::-1])[::-1], 0) / len(order)
        regret = np.maximum(loss, 0)
        self.regret = np.append(np.cumsum(regret[::-1])[::-1], 0) / len(order)
        self.oracle = min(self.passed_on(t) for t in grid if self.loss_at(t) <= MARGIN)

    def at(self, threshold: float) -> int:
        return int(np.searchsorted(self.sorted, threshold, side="left"))

    def loss_at(self, threshold: float) -> float:
        return float(self.loss[self.at(threshold)])

    def regret_at(self, threshold: float) -> float:
        return float(self.regret[self.at(threshold)])

    def passed_on(self, threshold: float) -> float:
        return self.at(threshold) / len(self.sorted)


def naive(pairs: Pairs, grid: np.ndarray) -> float:
    """Return the lowest threshold whose loss on the samples at hand is within."""
    taken = pairs.confidence[:, None] >= grid[None, :]
    losses = (taken * (pairs.large - pairs.small)[:, None]).mean(axis=0)
    within = np.flatnonzero(losses <= MARGIN)
    return float(grid[within[-1]]) if within.size else np.inf


def promises(calibrations: int) -> None:
    rng = np.random.default_rng(1)
    grid = grid_of(requests(rng, 4000).confidence)
    world = World(rng, grid)
    allowed = ALPHA + 3 * sqrt(ALPHA * (1 - ALPHA) / calibrations)
    print(f"margin {MARGIN}, oracle passes on {world.oracle:.1%}")
    for n in (100, 200, 500, 1000):
        certified, average, plain = [], [], []
        for _ in range(calibrations):
            pairs = requests(rng, n)
            certified.append(
                certified_threshold(pairs, grid, margin=MARGIN, alpha=ALPHA).value
            )
            held = average_threshold(pairs, grid, margin=MARGIN)
            average.append(np.inf if held is None else held.value)
            plain.append(naive(pairs, grid))
        broken = np.mean([world.loss_at(t) > MARGIN for t in certified])
        regret = [world.regret_at(t) for t in average]
        passed = np.mean([world.passed_on(t) for t in certified])
        print(
            f"n {n:4}: broken {broken:.1%} (allowed {allowed:.1%}), passes on "
            f"{passed:.1%}, {passed - world.oracle:+.1%} over the oracle | on average: "
            f"regret {np.mean(regret):.3f}, broken in "
            f"{np.mean(np.array(regret) > MARGIN):.0%} of runs | naive: broken in "
            f"{np.mean([world.loss_at(t) > MARGIN for t in plain]):.0%}",
            flush=True,
        )


def break_even(sets: int) -> None:
    rng = np.random.default_rng(2)
    same = 0
    for _ in range(sets):
        capacity, cost = rng.uniform(1e4, 5e6), rng.uniform(10, 5000)
        saving = rng.uniform(-2e-4, 4e-3)
        fixed = rng.uniform(0, 4000) * rng.integers(2)
        even = BreakEven(capacity, cost, saving, fixed)
        volumes = rng.uniform(0, 12 * capacity, 20)
        direct = [ceil(v / capacity) * cost + fixed <= v * saving for v in volumes]
        inside = list(even.intervals(up_to=12 * capacity))
        closed = [any(low <= v <= high for low, high in inside) for v in volumes]
        same += direct == closed == [even.cheaper_at(v) for v in volumes]
    print(f"break-even: {same} of {sets} random price sets equal direct evaluation")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true")
    full = parser.parse_args().full
    break_even(10_000)
    promises(2000 if full else 100)


if __name__ == "__main__":
    main()
