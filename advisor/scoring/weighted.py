"""How do several scorers make one score?"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, isfinite
from typing import ClassVar

from advisor.scoring.base import Score, Scorer, refuse


@dataclass(frozen=True, slots=True)
class Weighted:
    """The weighted mean of several scorers; weights are shares of their sum."""

    name: ClassVar[str] = "weighted"
    version: ClassVar[str] = "1"
    label: ClassVar[str] = "Weighted scores"
    help: ClassVar[str] = "The weighted mean of several scores."

    parts: Sequence[tuple[float, Scorer]]

    def __post_init__(self) -> None:
        for position, (weight, _) in enumerate(self.parts):
            if not (isfinite(weight) and weight > 0):
                wrong = "A weight is above 0."
                raise refuse(
                    f"{position}.weight", weight, wrong, "Give a share, as 20."
                )

    def score(self, answer: str, expected: object) -> Score:
        """Return the weighted mean, and the parts that lost points."""
        found = [(w, part, part.score(answer, expected)) for w, part in self.parts]
        value = fsum(w * score.value for w, _, score in found) / self.total
        lost = [
            f"{part.name} {score.value:.2f}"
            for _, part, score in found
            if score.value < 1
        ]
        return Score(min(1.0, value), "; ".join(lost) or None)

    def check(self, expected: object) -> str | None:
        """Return the first part's reason why ``expected`` cannot be scored."""
        for _, part in self.parts:
            problem = part.check(expected)
            if problem:
                return f"{part.name}: {problem}"
        return None

    @property
    def total(self) -> float:
        """The sum of the weights."""
        return fsum(weight for weight, _ in self.parts)
