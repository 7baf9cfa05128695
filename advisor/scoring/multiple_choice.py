"""Which of the lettered options does the answer choose?

Read in this order: the last "answer is B" or "ANSWER: B"; an answer that is a letter
alone; a letter with a mark at the start, "B) Paris"; else the one capital letter that
stands alone. Two different letters without any of these choose nothing.
"""

import re
from dataclasses import dataclass
from typing import ClassVar

from advisor.scoring.base import ANSWER_LIMIT, Score, excerpt, refuse
from advisor.scoring.expected import accepted_texts, text_problem

SAID = re.compile(
    r"\b(?:answer|option|choice)\b(?:\s++is\b)?\s*+(?:[:=-]\s*+)?[(\[*\"'“$]*"
    r"(?P<letter>[A-Za-z0-9])(?![\w'’])(?P<after>[)\].:,*]?)",
    re.IGNORECASE,
)
ALONE = re.compile(r"[\W_]*(?P<letter>[A-Za-z0-9])[\W_]*")
FIRST = re.compile(r"[\s(\[*]*(?P<letter>[A-Za-z0-9])(?:[)\].:*]| -)")
STANDING = re.compile(r"(?<![\w'’])(?P<letter>[A-Z0-9])(?![\w'’])(?P<prose> [a-z])?")


@dataclass(frozen=True, slots=True)
class MultipleChoice:
    """1 when the answer chooses the expected letter."""

    name: ClassVar[str] = "multiple_choice"
    version: ClassVar[str] = "1"
    label: ClassVar[str] = "Multiple choice"
    help: ClassVar[str] = "The answer must choose the expected letter."

    letters: str = "ABCD"

    def __post_init__(self) -> None:
        clean = self.letters.isascii() and self.letters.isalnum()
        distinct = len(set(self.letters.upper())) == len(self.letters)
        if not clean or not distinct or len(self.letters) < 2:
            remedy = 'Give the options in a row, as in "ABCDE".'
            wrong = "The letters are two or more different letters or digits."
            raise refuse("letters", self.letters, wrong, remedy)

    def score(self, answer: str, expected: object) -> Score:
        """Return 1 when the letter read is an accepted one, else 0."""
        got = self.read(answer)
        if got is None:
            return Score(0.0, f"no single letter chosen in “{excerpt(answer, 60)}”")
        accepted = [self.read(text) for text in accepted_texts(expected)]
        if got in accepted:
            return Score(1.0)
        wanted = " or ".join(letter for letter in accepted if letter)
        return Score(0.0, f"expected {wanted}, got {got}")

    def check(self, expected: object) -> str | None:
        """Return why ``expected`` names no single letter."""
        problem = text_problem(expected)
        if problem:
            return problem
        for text in accepted_texts(expected):
            if self.read(text) is None:
                shown = excerpt(text, 60)
                return f"“{shown}” is not one of the letters {self.letters}."
        return None

    def read(self, text: str) -> str | None:
        """Return the letter that ``text`` chooses, None when it chooses none or two."""
        text = text[:ANSWER_LIMIT]
        said = [found for found in map(self._said, SAID.finditer(text)) if found]
        if said:
            return said[-1]
        for match in (ALONE.fullmatch(text), FIRST.match(text)):
            if match and self._known(match["letter"]):
                return self._known(match["letter"])
        standing = {
            self._known(match["letter"])
            for match in STANDING.finditer(text)
            if not (match["letter"] in "AI" and match["prose"])
        } - {None}
        return standing.pop() if len(standing) == 1 else None

    def _said(self, match: re.Match[str]) -> str | None:
        # "the answer is a dog" chooses nothing: a small letter needs a mark or the end.
        rest = match.string[match.end() :]
        closes = match["after"] or not rest.strip() or rest.startswith("\n")
        if match["letter"].islower() and not closes:
            return None
        return self._known(match["letter"])

    def _known(self, letter: str) -> str | None:
        letter = letter.upper()
        return letter if letter in self.letters.upper() else None
