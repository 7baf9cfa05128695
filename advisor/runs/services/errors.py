"""What can go wrong with a run before any work starts?

RunRefused
├── LaunchRefused    a setup cannot be launched; every reason at once
└── StepRefused      a run cannot take this step from where it stands
"""

from collections.abc import Sequence


class RunRefused(Exception):
    """Something asked of a run cannot be done; the message says why and what to do."""


class LaunchRefused(RunRefused):
    """A setup cannot be launched; ``problems`` lists everything, one line each."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class StepRefused(RunRefused):
    """A run cannot take a step from the state it is in."""
