"""Does the expected text occur somewhere in the answer?"""

import unicodedata
from dataclasses import dataclass
from typing import ClassVar

from advisor.scoring.base import Score, hit
from advisor.scoring.expected import accepted_texts, text_problem


@dataclass(frozen=True, slots=True)
class Contains:
    """1 when the answer holds an accepted text; with ``all``, every one of them."""

    name: ClassVar[str] = "contains"
    version: ClassVar[str] = "1"
    label: ClassVar[str] = "Contains"
    help: ClassVar[str] = "The expected text must occur in the answer."

    ignore_case: bool = True
    whole_words: bool = False
    all: bool = False

    def score(self, answer: str, expected: object) -> Score:
        """Return 1 when the text occurs, else 0."""
        accepted = accepted_texts(expected)
        within = self._shape(answer)
        found = [self._occurs(self._shape(text), within) for text in accepted]
        joined = (" and " if self.all else " or ").join(accepted)
        enough = bool(found) and (all(found) if self.all else any(found))
        return hit(enough, answer, joined)

    def check(self, expected: object) -> str | None:
        """Return why ``expected`` holds no text to look for."""
        return text_problem(expected)

    def _shape(self, text: str) -> str:
        text = " ".join(unicodedata.normalize("NFKC", text).split())
        return text.casefold() if self.ignore_case else text

    def _occurs(self, text: str, within: str) -> bool:
        start = within.find(text)
        while start >= 0:
            end = start + len(text)
            around = within[start - 1 : start] + within[end : end + 1]
            if not self.whole_words or not any(c.isalnum() for c in around):
                return True
            start = within.find(text, start + 1)
        return False
