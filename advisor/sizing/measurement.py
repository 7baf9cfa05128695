"""What was measured of a candidate? The values that the core takes in.

A value that was not measured is None, never 0. A failure counts: in a latency it is
``math.inf``, in a score it is 0; only a gap, a sample nobody could answer for reasons
that are not the model's, is None.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite, isnan
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from advisor.sizing.constraints import Constraint
from advisor.sizing.errors import InvalidCase, InvalidMeasurement

Origin = Literal["measured", "estimated", "published", "typed"]
Role = Literal["candidate", "reference"]
Promise = Literal["traffic", "samples"]
Stop = Literal["decided", "exhausted"]
Objective = Literal["cost", "size", "latency"]

# What a figure from a disturbed measurement says of itself.
DISTURBED = "other programs disturbed the measurement; it may be too slow"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, the interval around it, the count behind it and where it comes from.

    ``value`` is None when nothing was measured (``note`` may say why) and may be
    infinite (a percentile among failures); ``low`` and ``high`` may be infinite, or
    None where no bound is known. The unit is the caller's to name.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    origin: Origin | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        for name, number in (
            ("value", self.value),
            ("low", self.low),
            ("high", self.high),
        ):
            if number is not None and isnan(number):
                raise InvalidMeasurement(
                    f"{name} is not a number. Leave the figure out when nothing was "
                    "measured."
                )
        if self.low is not None and self.high is not None and self.low > self.high:
            raise InvalidMeasurement(
                f"low must not be above high, got {self.low} and {self.high}. Swap "
                "them."
            )

    def as_dict(self) -> dict[str, object] | None:
        """Return the figure as JSON values, None when nothing was measured.

        An infinite number becomes null: JSON has none.
        """
        if self.value is None:
            return None
        result: dict[str, object] = {
            "value": _finite(self.value),
            "low": _finite(self.low),
            "high": _finite(self.high),
            "n": self.n,
            "origin": self.origin,
        }
        if self.note is not None:
            result["note"] = self.note
        return result


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What a candidate costs; each figure in ``currency``, None when it is unknown."""

    per_1000_requests: Figure | None = None
    per_accepted_answer: Figure | None = None
    per_month: Figure | None = None
    currency: str = "USD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that is known of one candidate, or of the reference.

    ``scores`` stand in permutation order, repeats averaged, one a sample from the first
    sample on; a gap is None and a shorter tuple means that the rest was not run.
    ``latency_ms`` and ``ttft_ms`` hold one entry a request, ``math.inf`` for a failure;
    ``bursts`` names the independent burst of each request measured under load, and is
    None at concurrency 1. ``disturbed``: other programs ran meanwhile, so a time may be
    too long, never too short. ``position`` is the planned order, cheapest first.
    ``answers`` is ``scores`` as an array, in which a gap is NaN.
    ``planned`` is the objective as planned before the run. ``unfit`` says why the model
    cannot run at all: it is rejected whatever it scored before. ``states`` may hold
    stored certifier states by constraint name, which spares replaying the scores.
    """

    id: str
    role: Role = "candidate"
    position: int = 0
    scores: tuple[float | None, ...] = ()
    not_run: bool = False
    latency_ms: tuple[float, ...] | None = None
    ttft_ms: tuple[float, ...] | None = None
    bursts: tuple[int, ...] | None = None
    disturbed: bool = False
    tokens_per_second: Figure | None = None
    memory_gb: Figure | None = None
    capacity_rps: Figure | None = None
    costs: Costs = field(default_factory=Costs)
    planned: Figure | None = None
    parameters: int | None = None
    hosting: str | None = None
    licence: str | None = None
    languages: frozenset[str] | None = None
    context_tokens: int | None = None
    hardware: str | None = None
    leaves_network: bool | None = None
    unverified: frozenset[str] = frozenset()
    unfit: str | None = None
    states: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    answers: NDArray[np.float64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        answers = np.array(self.scores, dtype=np.float64)
        object.__setattr__(self, "answers", answers)
        wrong = np.flatnonzero((answers < 0) | (answers > 1))
        if np.isnan(answers).sum() > self.scores.count(None):
            raise InvalidMeasurement(
                f"a score of {self.id!r} is not a number. A failure of the model is 0, "
                "a gap is None."
            )
        if wrong.size:
            raise InvalidMeasurement(
                f"score {wrong[0]} of {self.id!r} must be between 0 and 1, got "
                f"{self.scores[wrong[0]]}. Scale the scorer to [0, 1]."
            )
        for name in ("latency_ms", "ttft_ms"):
            for value in getattr(self, name) or ():
                if not value >= 0:
                    raise InvalidMeasurement(
                        f"{name} of {self.id!r} must not be below 0, got {value}. "
                        "Measure with a monotonic clock; a failure is infinite."
                    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything a recommendation is made from; nothing else enters.

    ``samples`` is the number of samples in the frozen set, ``groups`` and ``tags`` hold
    one entry a sample in permutation order, ``weights`` the task weight of each sample.
    ``look`` counts the runs on the same samples, reference and scorer.
    """

    evidence: tuple[Evidence, ...]
    constraints: tuple[Constraint, ...] = ()
    samples: int
    objective: Objective = "cost"
    confidence: float = 0.95
    promise: Promise = "traffic"
    stop: Stop = "decided"
    seed: int = 0
    monthly_requests: float | None = None
    peak_requests_per_second: float | None = None
    accept_at: float = 1.0
    groups: tuple[str | None, ...] | None = None
    tags: tuple[frozenset[str], ...] | None = None
    weights: tuple[float, ...] | None = None
    look: int = 1

    def __post_init__(self) -> None:
        if not 0.5 < self.confidence < 1:
            raise InvalidCase(
                f"confidence must be above 0.5 and below 1, got {self.confidence}. "
                "Give a share such as 0.95."
            )
        if self.samples < 1 or self.look < 1:
            raise InvalidCase(
                "a case needs at least one sample and a first look, got "
                f"samples={self.samples}, look={self.look}. Count both from 1."
            )
        self._check_lengths()
        self._check_roles()

    def _check_lengths(self) -> None:
        for name in ("groups", "tags", "weights"):
            column = getattr(self, name)
            if column is not None and len(column) != self.samples:
                raise InvalidCase(
                    f"{name} must have one entry a sample, got {len(column)} for "
                    f"{self.samples} samples. Give all or None."
                )
        for weight in self.weights or ():
            if not (weight >= 0 and isfinite(weight)):
                raise InvalidCase(
                    f"weights must be finite and not below 0, got {weight}. "
                    "Use 0 to leave a sample out."
                )
        for one in self.evidence:
            if len(one.scores) > self.samples:
                raise InvalidCase(
                    f"{one.id!r} has {len(one.scores)} scores for {self.samples} "
                    "samples. Average repeats within a sample first."
                )

    def _check_roles(self) -> None:
        names = [one.id for one in self.evidence]
        if len(set(names)) != len(names):
            raise InvalidCase(f"ids must differ, got {names}. Rename one.")
        if len(names) - len(self.candidates) > 1:
            raise InvalidCase(
                "a case has at most one reference, got "
                f"{[one.id for one in self.evidence if one.role == 'reference']}. "
                "Make the others candidates."
            )
        if not self.candidates:
            raise InvalidCase("a case needs a candidate, got none. Add at least one.")

    @property
    def candidates(self) -> tuple[Evidence, ...]:
        """Return the candidates in planned order."""
        chosen = [one for one in self.evidence if one.role == "candidate"]
        return tuple(sorted(chosen, key=lambda one: (one.position, one.id)))

    @property
    def monthly(self) -> bool:
        """Return whether a monthly volume is given, so that costs are per month."""
        return self.monthly_requests is not None or any(
            one.name == "monthly_requests" for one in self.constraints
        )

    @property
    def reference(self) -> Evidence | None:
        """Return the reference, or None when quality is judged by a minimum alone."""
        return next((one for one in self.evidence if one.role == "reference"), None)


def _finite(number: float | None) -> float | None:
    """Return ``number``, or None where JSON has no number for it."""
    return number if number is not None and isfinite(number) else None
