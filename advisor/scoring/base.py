"""What is a scorer, and what does it hand back?

A scorer is a rule: (answer, expected) in, a score between 0 and 1 out. It is a frozen
value: its fields are its options, so two scorers with equal options score alike for
ever. It reads no clock of its own, no file and no network.

    ScorerInvalid      an option of a scorer cannot be used; lists every such option
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

ANSWER_LIMIT = 200_000  # characters of an answer that a scorer looks at


@dataclass(frozen=True, slots=True)
class Score:
    """How good one answer is, from 0 to 1, and why in a few words."""

    value: float
    detail: str | None = None


class Scorer(Protocol):
    """A rule (answer, expected) to score; options are its fields."""

    name: ClassVar[str]
    version: ClassVar[str]
    label: ClassVar[str]
    help: ClassVar[str]

    def score(self, answer: str, expected: object) -> Score:
        """Return the score of ``answer``, in [0, 1]; never raises for an answer."""
        ...

    def check(self, expected: object) -> str | None:
        """Return why ``expected`` cannot be scored against, None when it can."""
        ...


@dataclass(frozen=True, slots=True)
class OptionProblem:
    """One wrong option: its key, what was given, what is wrong, what to do."""

    key: str
    given: str
    wrong: str
    remedy: str


class ScorerInvalid(ValueError):
    """A scorer cannot be built; ``problems`` lists everything wrong at once."""

    def __init__(self, problems: Sequence[OptionProblem]) -> None:
        self.problems = tuple(problems)
        lines = [f"{p.key}: {p.given}: {p.wrong} {p.remedy}" for p in self.problems]
        super().__init__("\n".join(lines))


def refuse(key: str, given: object, wrong: str, remedy: str) -> ScorerInvalid:
    """Return the error for one option, for a scorer's ``__post_init__`` to raise."""
    return ScorerInvalid([OptionProblem(key, excerpt(repr(given)), wrong, remedy)])


def excerpt(text: str, limit: int = 80) -> str:
    """Return ``text`` on one line, cut to ``limit`` characters with an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def hit(found: bool, answer: str, expected: str) -> Score:
    """Return 1 or 0, and for a miss what was expected and what was read."""
    if found:
        return Score(1.0)
    wanted, got = excerpt(expected, 60), excerpt(answer, 60)
    return Score(0.0, f"expected “{wanted}”, got “{got}”")
