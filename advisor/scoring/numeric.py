"""Is the number in the answer the expected one, within a tolerance?"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar, Literal

from advisor.scoring.base import ANSWER_LIMIT, Score, excerpt, refuse
from advisor.scoring.expected import as_text, text_problem
from advisor.scoring.numbers import numbers_in
from advisor.scoring.patterns import PatternSlow, compile_pattern, extract

NO_NUMBER = "There is no number in “{text}” (decimal sign “{decimal}”)."


@dataclass(frozen=True, slots=True)
class Numeric:
    """1 when the number read is within tolerance of an accepted number.

    The number is the last (or first) one of the answer, or of the part that
    ``pattern`` picks out. It may differ by ``tolerance``, or by
    ``relative_tolerance`` times the expected number, whichever allows more.
    A percent sign changes nothing: 60% reads as 60.
    """

    name: ClassVar[str] = "numeric"
    version: ClassVar[str] = "2"
    label: ClassVar[str] = "Number"
    help: ClassVar[str] = "The number in the answer must equal the expected number."

    pattern: str | None = None
    tolerance: float = 0.0
    relative_tolerance: float = 0.0
    decimal: Literal[".", ","] = "."
    match: Literal["last", "first"] = "last"
    _compiled: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for key in ("tolerance", "relative_tolerance"):
            value = getattr(self, key)
            if not 0 <= value < float("inf"):
                remedy = "Give 0 or a positive number."
                raise refuse(key, value, "A tolerance is not negative.", remedy)
        compiled = None
        if self.pattern is not None:
            compiled = compile_pattern(self.pattern, ignore_case=False)
        object.__setattr__(self, "_compiled", compiled)

    def score(self, answer: str, expected: object) -> Score:
        """Return 1 when the number is within tolerance, else 0."""
        part: str | None = answer[:ANSWER_LIMIT]
        if self._compiled is not None:
            try:
                part = extract(self._compiled, answer, last=self.match == "last")
            except PatternSlow as error:
                return Score(0.0, str(error))
        if part is None:
            return Score(0.0, "the pattern matches nothing in the answer")
        got = self._read(part)
        if got is None:
            return Score(0.0, f"no number in “{excerpt(part, 60)}”")
        accepted = self._accepted(expected)
        if any(self._close(got, number) for number in accepted):
            return Score(1.0)
        wanted = " or ".join(f"{number:f}" for number in accepted)
        return Score(0.0, f"expected {excerpt(wanted)}, got {excerpt(str(got))}")

    def check(self, expected: object) -> str | None:
        """Return why ``expected`` names no number."""
        problem = text_problem(expected)
        if problem:
            return problem
        for value in expected if isinstance(expected, list | tuple) else [expected]:
            if self._expected_number(value) is None:
                text = excerpt(as_text(value) or "", 60)
                return NO_NUMBER.format(text=text, decimal=self.decimal)
        return None

    def _accepted(self, expected: object) -> list[Decimal]:
        values = expected if isinstance(expected, list | tuple) else [expected]
        numbers = [self._expected_number(value) for value in values]
        return [number for number in numbers if number is not None]

    def _expected_number(self, value: object) -> Decimal | None:
        if isinstance(value, bool):
            return None
        if isinstance(value, int | float):
            number = Decimal(str(value))
            return number if number.is_finite() else None
        return self._read(as_text(value) or "")

    def _read(self, text: str) -> Decimal | None:
        found = list(numbers_in(text, self.decimal))
        if not found:
            return None
        return found[-1] if self.match == "last" else found[0]

    def _close(self, got: Decimal, wanted: Decimal) -> bool:
        allowed = max(
            Decimal(str(self.tolerance)),
            Decimal(str(self.relative_tolerance)) * abs(wanted),
        )
        return abs(got - wanted) <= allowed
