"""What does a cascade cost and lose, and is it better than one model alone?

Replayed on samples that the threshold was not calibrated on. It may say no.
"""

from dataclasses import dataclass
from math import inf
from typing import Literal

import numpy as np

from advisor.sizing.cascade import (
    Pairs,
    Threshold,
    average_threshold,
    certified_threshold,
    grid_of,
    split,
)
from advisor.sizing.errors import InvalidMeasurement
from advisor.sizing.measurement import Figure
from advisor.sizing.ratios import mean

Answer = Literal[
    "cascade",  # cheaper than the large model alone, loss certified
    "small_alone",  # the small model is certified for every request
    "too_dear",  # not certainly cheaper than the large model alone
    "not_certified",  # no threshold keeps the promise on these samples
    "cost_unknown",  # nothing to compare by
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """The cost of one request at each model, and of getting the confidence."""

    small: float
    large: float
    checking: float = 0.0

    def __post_init__(self) -> None:
        if min(self.small, self.large, self.checking) < 0:
            raise InvalidMeasurement(
                "A request cannot cost less than nothing, got "
                f"{self.small}, {self.large} and {self.checking}."
            )

    @property
    def worth_below(self) -> float:
        """Return the share of requests passed on below which a cascade saves."""
        return 1 - (self.small + self.checking) / self.large if self.large else -inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What one way of answering does on the held-out samples.

    ``quality`` and ``passed_on`` are shares with intervals, ``cost`` is of a request,
    None where a price is unknown.
    """

    quality: Figure
    passed_on: Figure
    cost: Figure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cascade:
    """The advice and what it rests on.

    ``oracle`` asks the large model exactly where that helps: no router can do better.
    ``average`` is the threshold that keeps the promise on average only.
    """

    answer: Answer
    threshold: Threshold
    average: Threshold | None
    cascade: Replay
    small: Replay
    large: Replay
    oracle: Replay


def advise(
    pairs: Pairs,
    *,
    margin: float,
    alpha: float,
    seed: int,
    costs: Costs | None = None,
    tried: int = 1,
) -> Cascade:
    """Return whether to run the two models in cascade, and at which confidence.

    ``margin`` is the loss allowed against the large model, certified with 1 - alpha.
    """
    calibration, held_out = (pairs.at(rows) for rows in split(pairs, seed=seed))
    grid = grid_of(held_out.confidence)
    threshold = certified_threshold(
        calibration, grid, margin=margin, alpha=alpha, tried=tried
    )
    passed = held_out.confidence < threshold.value
    cascade = replay(held_out, passed, costs)
    everywhere = np.ones(len(held_out), dtype=bool)
    return Cascade(
        answer=_answer(threshold, cascade, costs),
        threshold=threshold,
        average=average_threshold(calibration, grid, margin=margin),
        cascade=cascade,
        small=replay(held_out, ~everywhere, costs, checking=False),
        large=replay(held_out, everywhere, costs, first=False),
        oracle=replay(held_out, held_out.large > held_out.small, costs),
    )


def replay(
    pairs: Pairs,
    passed: np.ndarray,
    costs: Costs | None,
    *,
    first: bool = True,
    checking: bool = True,
) -> Replay:
    """Return quality, share passed on and cost when ``passed`` go to the large model.

    ``first`` says whether the small model is asked at all, ``checking`` whether its
    confidence is.
    """
    scores = np.where(passed, pairs.large, pairs.small)
    cost = None
    if costs is not None:
        fixed = (costs.small if first else 0.0) + (
            costs.checking if first and checking else 0.0
        )
        cost = _figure(fixed + passed * costs.large, pairs, "estimated")
    return Replay(
        quality=_figure(scores, pairs, "measured"),
        passed_on=_figure(passed.astype(float), pairs, "measured"),
        cost=cost,
    )


def latencies(
    passed: np.ndarray, small_ms: np.ndarray, large_ms: np.ndarray
) -> np.ndarray:
    """Return the time of each request: the small model's, and the large one's after it.

    One entry a sample, in milliseconds; percentiles are taken as of any candidate.
    """
    return np.where(passed, small_ms + large_ms, small_ms)


def _answer(threshold: Threshold, cascade: Replay, costs: Costs | None) -> Answer:
    if threshold.value == inf:
        return "not_certified"
    if threshold.value == -inf:
        return "small_alone"
    if costs is None or cascade.cost is None:
        return "cost_unknown"
    dearest = cascade.cost.high
    return "cascade" if dearest is not None and dearest < costs.large else "too_dear"


def _figure(
    values: np.ndarray, pairs: Pairs, origin: Literal["measured", "estimated"]
) -> Figure:
    found = mean(values.tolist(), groups=pairs.groups)
    assert found is not None  # noqa: S101 - pairs are never empty
    return Figure(found.value, found.low, found.high, found.n, origin)
