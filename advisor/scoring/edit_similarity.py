"""How few edits turn the answer into the expected text?

1 - d / max(length), d the Levenshtein distance (insert, delete, replace one
character), as rapidfuzz computes it.
"""

from dataclasses import dataclass
from typing import ClassVar

from advisor.scoring.base import ANSWER_LIMIT, Score
from advisor.scoring.expected import accepted_texts, text_problem


@dataclass(frozen=True, slots=True)
class EditSimilarity:
    """Normalised Levenshtein similarity with the nearest accepted text."""

    name: ClassVar[str] = "edit_similarity"
    version: ClassVar[str] = "1"
    label: ClassVar[str] = "Edit similarity"
    help: ClassVar[str] = "One minus the share of characters that must change."

    ignore_case: bool = False

    def score(self, answer: str, expected: object) -> Score:
        """Return the similarity in [0, 1]; the highest over the accepted texts."""
        from rapidfuzz.distance import Levenshtein

        got = self._shape(answer[:ANSWER_LIMIT])
        values = [
            Levenshtein.normalized_similarity(got, self._shape(text))
            for text in accepted_texts(expected)
        ]
        return Score(max(values, default=0.0))

    def check(self, expected: object) -> str | None:
        """Return why ``expected`` is no text."""
        return text_problem(expected)

    def _shape(self, text: str) -> str:
        text = text.strip()
        return text.casefold() if self.ignore_case else text
