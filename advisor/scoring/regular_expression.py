"""Is the part of the answer that a pattern picks out the expected one?"""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from advisor.scoring.base import Score, hit
from advisor.scoring.expected import accepted_texts, text_problem
from advisor.scoring.patterns import PatternSlow, compile_pattern, extract


@dataclass(frozen=True, slots=True)
class RegularExpression:
    """1 when the extracted text equals an accepted one.

    With ``compare`` off a match alone scores 1 and no expected answer is needed.
    """

    name: ClassVar[str] = "regex"
    version: ClassVar[str] = "2"
    label: ClassVar[str] = "Regular expression"
    help: ClassVar[str] = (
        "A pattern picks the part that must equal the expected answer."
    )

    pattern: str
    ignore_case: bool = False
    match: Literal["last", "first"] = "last"
    compare: bool = True
    _compiled: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        compiled = compile_pattern(self.pattern, ignore_case=self.ignore_case)
        object.__setattr__(self, "_compiled", compiled)

    def score(self, answer: str, expected: object) -> Score:
        """Return 1 when the extracted text is accepted, else 0."""
        try:
            found = extract(self._compiled, answer, last=self.match == "last")
        except PatternSlow as error:
            return Score(0.0, str(error))
        if found is None:
            return Score(0.0, "the pattern matches nothing in the answer")
        if not self.compare:
            return Score(1.0, f"matched “{found[:60]}”")
        accepted = accepted_texts(expected)
        equal = any(self._shape(found) == self._shape(text) for text in accepted)
        return hit(equal, found, " or ".join(accepted))

    def check(self, expected: object) -> str | None:
        """Return why ``expected`` cannot be compared with the extracted text."""
        return text_problem(expected) if self.compare else None

    def _shape(self, text: str) -> str:
        text = text.strip()
        return text.casefold() if self.ignore_case else text
