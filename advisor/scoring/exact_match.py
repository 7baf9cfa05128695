"""Is the answer, letter for letter, one of the accepted ones?"""

from dataclasses import dataclass
from typing import ClassVar

from advisor.scoring.base import Score, hit
from advisor.scoring.expected import accepted_texts, text_problem


@dataclass(frozen=True, slots=True)
class ExactMatch:
    """1 when the answer equals an accepted text, white space around it aside."""

    name: ClassVar[str] = "exact_match"
    version: ClassVar[str] = "1"
    label: ClassVar[str] = "Exact match"
    help: ClassVar[str] = "The answer must equal the expected answer."

    ignore_case: bool = False

    def score(self, answer: str, expected: object) -> Score:
        """Return 1 for an equal text, else 0."""
        accepted = accepted_texts(expected)
        got = self._shape(answer)
        found = any(got == self._shape(text) for text in accepted)
        return hit(found, answer, " or ".join(accepted))

    def check(self, expected: object) -> str | None:
        """Return why ``expected`` cannot be compared as text."""
        return text_problem(expected)

    def _shape(self, text: str) -> str:
        text = text.strip()
        return text.casefold() if self.ignore_case else text
