"""How many fields of a JSON object did the answer get right?

F1 over (path, value) pairs of the leaves: 2·tp / (pairs given + pairs expected). The
place in a list does not count, so a list is compared as a bag of values.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from advisor.scoring.base import Score, excerpt
from advisor.scoring.expected import NO_ANSWER, kind_of
from advisor.scoring.json_reading import JsonUnreadable, read_json

Leaf = tuple[str, object]


@dataclass(frozen=True, slots=True)
class JsonFields:
    """F1 of the fields of the answer against those of the expected object.

    Texts compare without regard to spacing, and to case unless ``match_case``; 1 and
    1.0 are equal. ``surrounded`` accepts JSON inside a Markdown fence or prose.
    """

    name: ClassVar[str] = "json_fields"
    version: ClassVar[str] = "2"
    label: ClassVar[str] = "JSON field F1"
    help: ClassVar[str] = "The share of fields that are right, from a JSON object."

    match_case: bool = False
    surrounded: bool = True

    def score(self, answer: str, expected: object) -> Score:
        """Return the F1 of the fields; 0 when the answer is no JSON object."""
        wanted = _expected_object(expected)
        try:
            got = read_json(answer, surrounded=self.surrounded)
        except JsonUnreadable as error:
            return Score(0.0, str(error))
        if not isinstance(got, dict):
            return Score(0.0, f"expected a JSON object, got {kind_of(got)}")
        given, due = self._leaves(got), self._leaves(wanted)
        if not given and not due:
            return Score(1.0)
        common = (given & due).total()
        value = 2 * common / (given.total() + due.total())
        missing = ", ".join(sorted({path or "." for path, _ in due - given}))
        return Score(
            value, f"wrong or missing: {excerpt(missing)}" if missing else None
        )

    def check(self, expected: object) -> str | None:
        """Return why ``expected`` is not a JSON object."""
        if expected is None or expected == "":
            return NO_ANSWER
        if isinstance(expected, str):
            try:
                expected = read_json(expected)
            except JsonUnreadable as error:
                return f"The expected answer is {error}."
        if not isinstance(expected, dict):
            return f"Expected a JSON object, got {kind_of(expected)}."
        return None

    def _leaves(self, value: dict[str, Any]) -> Counter[Leaf]:
        return Counter(self._walk("", value))

    def _walk(self, path: str, node: object) -> Iterator[Leaf]:
        if isinstance(node, dict) and node:
            for key, child in node.items():
                yield from self._walk(f"{path}.{key}" if path else str(key), child)
        elif isinstance(node, list) and node:
            for child in node:
                yield from self._walk(f"{path}[]", child)
        elif path or not isinstance(node, dict):
            yield path, self._shape(node)

    def _shape(self, value: object) -> object:
        if isinstance(value, str):
            text = " ".join(unicodedata.normalize("NFKC", value).split())
            return text if self.match_case else text.casefold()
        if isinstance(value, bool) or value is None:
            return ("constant", value)
        if isinstance(value, int | float):
            return Decimal(str(value))
        return ("empty", kind_of(value))


def _expected_object(expected: object) -> dict[str, Any]:
    if isinstance(expected, str):
        try:
            expected = read_json(expected)
        except JsonUnreadable:
            return {}
    return expected if isinstance(expected, dict) else {}
