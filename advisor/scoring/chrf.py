"""How much of the expected text does the answer repeat, character by character?

chrF (Popović 2015) as sacrebleu computes it for one sentence: F-score, beta 2, of
character 1- to 6-grams, and of word 1- to 2-grams too for chrF++.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Literal

from advisor.scoring.base import Score
from advisor.scoring.expected import accepted_texts, text_problem

LIMIT = 20_000  # characters compared, so that one answer stays under a second


@lru_cache(maxsize=4)
def _measure(word_order: int) -> Any:
    from sacrebleu.metrics.chrf import CHRF

    return CHRF(word_order=word_order)


@dataclass(frozen=True, slots=True)
class Chrf:
    """chrF against the best accepted text; ``word_order`` 2 is chrF++."""

    name: ClassVar[str] = "chrf"
    version: ClassVar[str] = "1"
    label: ClassVar[str] = "Text overlap (chrF)"
    help: ClassVar[str] = "The share of character sequences in common; any language."

    word_order: Literal[0, 1, 2] = 0

    def score(self, answer: str, expected: object) -> Score:
        """Return chrF in [0, 1]; the highest over the accepted texts."""
        texts = [text[:LIMIT] for text in accepted_texts(expected)]
        if not texts or not answer.strip():
            return Score(0.0)
        found = _measure(self.word_order).sentence_score(answer[:LIMIT], texts)
        return Score(min(1.0, float(found.score) / 100))

    def check(self, expected: object) -> str | None:
        """Return why ``expected`` is no text."""
        return text_problem(expected)
