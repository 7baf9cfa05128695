"""How is JSON from a stranger read? Strictly, and within limits.

At most 32 levels, found before parsing; no NaN, no Infinity, no key twice. Integers
beyond 2⁵³ stay text, since a browser would round them.
"""

import json
import re
from math import isfinite
from typing import Any

from advisor.projects.parsing import limits

# Possessive, so that a long string costs no memory for backtracking.
TOKENS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]|[\]}]', re.DOTALL)
EXACT = 2**53


class JsonWrong(ValueError):
    """The text is no acceptable JSON; ``line`` and ``column`` count from 1."""

    def __init__(self, wrong: str, line: int | None = None, column: int = 0) -> None:
        self.wrong = wrong
        self.line = line
        self.column = column
        super().__init__(wrong)


def read_json(text: str) -> Any:
    """Return the value of ``text``; raises JsonWrong."""
    _check_depth(text)
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise JsonWrong(_words(error, text), error.lineno, error.colno) from error
    except RecursionError as error:
        raise JsonWrong(f"It is nested deeper than {limits.DEPTH}.") from error


def _check_depth(text: str) -> None:
    opened = text.count("[") + text.count("{")
    if opened + text.count(",") > limits.VALUES:
        raise JsonWrong(f"It holds more than {limits.VALUES:,} values.")
    if opened <= limits.DEPTH:
        return
    depth = 0
    for token in TOKENS.finditer(text):
        sign = text[token.start()]
        if sign in "[{":
            depth += 1
            if depth > limits.DEPTH:
                raise JsonWrong(f"It is nested deeper than {limits.DEPTH}.")
        elif sign in "]}":
            depth -= 1


def _words(error: json.JSONDecodeError, text: str) -> str:
    around = text[error.pos : error.pos + 1]
    if error.msg == "Extra data":
        return "Something follows the first value."
    if around == "'":
        return "Text stands in single quotes; JSON wants double ones."
    if around in ("}", "]") or "trailing comma" in error.msg:
        return "There is a comma too many, or a value is missing."
    if around == "/" or around == "#":
        return "JSON has no comments."
    if error.pos >= len(text.rstrip()):
        return "It breaks off before its end."
    if "control character" in error.msg:
        return "A text holds a line break or tab; write it as \\n or \\t."
    return f"{error.msg}."


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > limits.KEYS:
        raise JsonWrong(
            f"An object has {len(pairs):,} keys; {limits.KEYS:,} is the limit."
        )
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise JsonWrong(f"Key “{key[:40]}” stands there twice.")
            seen.add(key)
    return result


def _constant(name: str) -> Any:
    raise JsonWrong(f"{name} is not valid JSON.")


def _integer(digits: str) -> int | str:
    if len(digits) > 400:
        raise JsonWrong("A number is too large.")
    value = int(digits)
    return value if abs(value) <= EXACT else digits


def _number(digits: str) -> float:
    value = float(digits)
    if not isfinite(value):
        raise JsonWrong(f"The number {digits[:20]} is too large.")
    return value


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_constant=_constant,
    parse_int=_integer,
    parse_float=_number,
)
