"""What can be wrong with the values that the core is given?

SizingError
├── InvalidMeasurement    a number that cannot have been measured
├── InvalidCase           measurements that do not belong together
└── InvalidConstraints    limits that cannot be read; carries every problem at once

Each message says what was wrong, what was given and what to do.
"""

from collections.abc import Sequence
from dataclasses import dataclass


class SizingError(ValueError):
    """Say that the core refused a value; the base of all its errors."""


class InvalidMeasurement(SizingError):
    """Say that a number cannot have been measured."""


class InvalidCase(SizingError):
    """Say that measurements and settings do not belong together."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: where, what was given, what is wrong about it, the remedy."""

    path: str
    given: object
    wrong: str
    remedy: str

    def __str__(self) -> str:
        """Return the problem as one line."""
        return f"{self.path}: {self.given!r} {self.wrong}. {self.remedy}"


class InvalidConstraints(SizingError):
    """Say that constraints cannot be read; ``problems`` lists every one."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))
