"""How long does one decoding step take, and one token of a prompt?

A step over b sequences takes about t0 + t1 b: reading the weights once, and working
on each sequence. Two short runs at two batch sizes are enough to fit it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.special import stdtrit

from advisor.sizing.errors import InvalidMeasurement
from advisor.sizing.measurement import Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTime:
    """Seconds of a step: ``base`` + ``each`` x sequences, and of one prompt token."""

    base: float
    each: float
    per_prompt_token: float = 0.0

    def __post_init__(self) -> None:
        if min(self.base, self.each, self.per_prompt_token) < 0 or self.at(1) <= 0:
            raise InvalidMeasurement(
                "A step takes time and no part of it is negative, got "
                f"{self.base} + {self.each} b and {self.per_prompt_token} a prompt "
                "token. Measure longer runs."
            )

    def at(self, sequences: float) -> float:
        """Return the seconds of one step over ``sequences``."""
        return self.base + self.each * sequences

    def scaled(self, factor: float) -> "StepTime":
        """Return the same step, ``factor`` times as long."""
        return StepTime(
            base=self.base * factor,
            each=self.each * factor,
            per_prompt_token=self.per_prompt_token * factor,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortRun:
    """The seconds of each step of one run with ``sequences`` at once, warm-up apart."""

    sequences: int
    seconds: tuple[float, ...]

    def __post_init__(self) -> None:
        if self.sequences < 1 or len(self.seconds) < 2 or min(self.seconds) <= 0:
            raise InvalidMeasurement(
                "A short run needs a sequence and two timed steps above 0 s, got "
                f"{self.sequences} sequences and {len(self.seconds)} steps."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A fitted step time, and its two parts with 95 % intervals."""

    step: StepTime
    base: Figure
    each: Figure


def fit_steps(few: ShortRun, many: ShortRun, per_prompt_token: float = 0.0) -> Fitted:
    """Return t0 + t1 b through the mean steps of two runs at two batch sizes.

    The intervals are Student's on the fewer steps, from the spread of the steps.
    """
    wider = many.sequences - few.sequences
    if wider < 1:
        raise InvalidMeasurement(
            "The second run needs more sequences than the first, got "
            f"{few.sequences} and {many.sequences}. Use e.g. 1 and 8."
        )
    (low, low_error), (high, high_error) = (_mean(run) for run in (few, many))
    each = max(0.0, (high - low) / wider)
    base = max(0.0, low - each * few.sequences)
    degrees = min(len(few.seconds), len(many.seconds)) - 1
    quantile = float(stdtrit(degrees, 0.975))
    each_error = quantile * sqrt(low_error**2 + high_error**2) / wider
    share = few.sequences / wider
    base_error = quantile * sqrt(
        ((1 + share) * low_error) ** 2 + (share * high_error) ** 2
    )
    return Fitted(
        step=StepTime(base=base, each=each, per_prompt_token=per_prompt_token),
        base=_figure(base, base_error, few, many, "seconds of a step without rows"),
        each=_figure(each, each_error, few, many, "seconds of a step for each row"),
    )


def fit_prompts(tokens: Sequence[float], seconds: Sequence[float]) -> float:
    """Return the seconds of one prompt token: the slope of time on length, at least 0.

    What is left at no length is the step that writes the first token.
    """
    if len(tokens) != len(seconds) or len(set(tokens)) < 2:
        raise InvalidMeasurement(
            "Reading speed needs prompts of two lengths, one time each, got "
            f"{len(tokens)} lengths and {len(seconds)} times."
        )
    slope, _ = np.polyfit(np.asarray(tokens, float), np.asarray(seconds, float), 1)
    return max(0.0, float(slope))


def _mean(run: ShortRun) -> tuple[float, float]:
    seconds = np.asarray(run.seconds)
    return float(seconds.mean()), float(seconds.std(ddof=1) / sqrt(len(seconds)))


def _figure(
    value: float, error: float, few: ShortRun, many: ShortRun, note: str
) -> Figure:
    steps = len(few.seconds) + len(many.seconds)
    return Figure(
        value, max(0.0, value - error), value + error, steps, "measured", note
    )
