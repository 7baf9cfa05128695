"""Why is a job refused? Every reason at once, a sentence each, with what to do."""

from collections.abc import Sequence


class AdaptationRefused(ValueError):
    """A job that cannot be started, or not so; ``problems`` holds the reasons."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = list(problems)


class EvaluationSampleRefused(AdaptationRefused):
    """Training material that holds samples by which models are judged."""


class TeacherStopped(Exception):
    """A teacher that answers no more; the message says why and what to do."""
