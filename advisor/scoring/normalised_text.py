"""Does the answer say the same words, whatever its case and punctuation?

The steps are those of the SQuAD evaluation (Rajpurkar et al. 2016): lower case, no
punctuation, no English articles, single spaces; here after Unicode NFKC and with case
folding, so that full-width letters and the German sharp s compare as readers expect.
"""

import string
import unicodedata
from dataclasses import dataclass
from typing import ClassVar

from advisor.scoring.base import Score, hit
from advisor.scoring.expected import accepted_texts, text_problem

NOTHING_LEFT = "Nothing is left of “{text}” without punctuation and articles."


def normalise(text: str, articles: tuple[str, ...] = ()) -> str:
    """Return ``text`` folded, without punctuation and ``articles``, single-spaced."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = unicodedata.normalize("NFKC", folded)
    kept = "".join(char for char in folded if not _is_punctuation(char))
    return " ".join(word for word in kept.split() if word not in articles)


def _is_punctuation(char: str) -> bool:
    return char in string.punctuation or unicodedata.category(char).startswith("P")


@dataclass(frozen=True, slots=True)
class NormalisedText:
    """1 when answer and an accepted text agree after normalisation."""

    name: ClassVar[str] = "normalised_text"
    version: ClassVar[str] = "1"
    label: ClassVar[str] = "Same words"
    help: ClassVar[str] = "Case, punctuation, articles and spacing do not count."

    articles: tuple[str, ...] = ("a", "an", "the")

    def score(self, answer: str, expected: object) -> Score:
        """Return 1 when the normalised texts are equal, else 0."""
        accepted = accepted_texts(expected)
        got = normalise(answer, self.articles)
        found = any(got == normalise(text, self.articles) for text in accepted)
        return hit(found, answer, " or ".join(accepted))

    def check(self, expected: object) -> str | None:
        """Return why ``expected`` has no words to compare."""
        problem = text_problem(expected)
        if problem:
            return problem
        for text in accepted_texts(expected):
            if not normalise(text, self.articles):
                return NOTHING_LEFT.format(text=text)
        return None
