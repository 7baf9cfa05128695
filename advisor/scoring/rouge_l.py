"""How much of the expected text does the answer repeat, word after word?

ROUGE-L (Lin 2004): F1 of the longest common subsequence of words, computed by the
rouge-score package. Words are runs of letters and digits of any script; the package's
own splitting knows only a to z.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

from advisor.scoring.base import Score
from advisor.scoring.expected import accepted_texts, text_problem

WORDS_LIMIT = 2_000  # the comparison is quadratic in the number of words
WORD = re.compile(r"[^\W_]+")


class Words:
    """Splits a text into words, stemmed when asked (English, Porter)."""

    def __init__(self, *, stem: bool) -> None:
        self.stem = stem

    def tokenize(self, text: str) -> list[str]:
        """Return the first ``WORDS_LIMIT`` words of ``text``, folded."""
        words = WORD.findall(text.casefold())[:WORDS_LIMIT]
        if not self.stem:
            return words
        stemmer = _stemmer()
        # Words of up to three letters stay whole, as in ROUGE-1.5.5.
        return [stemmer.stem(w) if len(w) > 3 else w for w in words]


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    from nltk.stem.porter import PorterStemmer

    return PorterStemmer()


@lru_cache(maxsize=2)
def _measure(stem: bool) -> Any:
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(["rougeL"], tokenizer=Words(stem=stem))


@dataclass(frozen=True, slots=True)
class RougeL:
    """F1 of the longest common subsequence with the best accepted text."""

    name: ClassVar[str] = "rouge_l"
    version: ClassVar[str] = "1"
    label: ClassVar[str] = "Text overlap (ROUGE-L)"
    help: ClassVar[str] = "The share of words in common, in order."

    stem: bool = False

    def score(self, answer: str, expected: object) -> Score:
        """Return ROUGE-L F1 in [0, 1]; the highest over the accepted texts."""
        measure = _measure(self.stem)
        values = [
            measure.score(text, answer)["rougeL"].fmeasure
            for text in accepted_texts(expected)
        ]
        return Score(max(values, default=0.0))

    def check(self, expected: object) -> str | None:
        """Return why ``expected`` has no words."""
        problem = text_problem(expected)
        if problem:
            return problem
        texts = accepted_texts(expected)
        wordless = [text for text in texts if not WORD.search(text)]
        return f"There are no words in “{wordless[0][:60]}”." if wordless else None
