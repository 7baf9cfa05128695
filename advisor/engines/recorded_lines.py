"""Which lines of a recorded file hold an answer, and what is wrong with the others?"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from advisor.engines.text import StrictJsonError, clean, read_json

_SHOWN = 80
_N = TypeVar("_N", int, float)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRow:
    """One recorded answer; None where the file says nothing.

    Times are in milliseconds, cost in US dollars, score between 0 and 1.
    """

    id: str
    output: str | None
    score: float | None = None
    latency_ms: float | None = None
    ttft_ms: float | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cost_usd: float | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with one line, counted from 1."""

    line: int
    message: str


class _Wrong(ValueError):
    pass


def parse_recorded(
    text: str,
) -> tuple[tuple[RecordedRow, ...], tuple[Problem, ...]]:
    """Read JSONL of recorded answers; return the good rows and every problem.

    Blank lines and keys that are not known are passed over: production logs hold
    more than is needed here. An empty output is an answer.
    """
    rows: dict[str, RecordedRow] = {}
    first: dict[str, int] = {}
    problems: list[Problem] = []
    for number, line in _lines(text):
        try:
            row = _row(line)
        except _Wrong as wrong:
            problems.append(Problem(line=number, message=str(wrong)))
            continue
        if row.id in rows:
            told = f'id "{row.id[:_SHOWN]}" is already in line {first[row.id]}'
            problems.append(Problem(line=number, message=told))
            continue
        rows[row.id] = row
        first[row.id] = number
    if not rows and not problems:
        problems.append(Problem(line=1, message="the file holds no answer"))
    return tuple(rows.values()), tuple(problems)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    # Not splitlines(): it also breaks at U+2028, which JSON allows inside a string.
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        if line.strip():
            yield number, line


def _row(line: str) -> RecordedRow:
    try:
        found = read_json(line)
    except StrictJsonError as refused:
        raise _Wrong(f"not valid JSON: {refused}") from None
    if not isinstance(found, dict):
        raise _Wrong(f"not an object: {_shown(found)}")
    error = _text(found, "error") or None
    output = _text(found, "output")
    if output is None and error is None:
        raise _Wrong('neither "output" nor "error" is given')
    row = RecordedRow(
        id=_id(found),
        output=output,
        score=_number(found, "score", float, top=1.0),
        latency_ms=_number(found, "latency_ms", float),
        ttft_ms=_number(found, "ttft_ms", float),
        prompt_tokens=_number(found, "prompt_tokens", int),
        completion_tokens=_number(found, "completion_tokens", int),
        cost_usd=_number(found, "cost_usd", float),
        error=error,
    )
    late = row.ttft_ms is not None and row.latency_ms is not None
    if late and (row.ttft_ms or 0.0) > (row.latency_ms or 0.0):
        told = f"ttft_ms {row.ttft_ms:g} is later than latency_ms {row.latency_ms:g}"
        raise _Wrong(told)
    return row


def _id(found: dict[str, Any]) -> str:
    value = found.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str) and value.strip():
        # As the ids of samples are read.
        return clean(value).strip()
    if "id" not in found:
        raise _Wrong('"id" is missing')
    raise _Wrong(f'"id" must be text or a whole number, got {_shown(value)}')


def _text(found: dict[str, Any], key: str) -> str | None:
    value = found.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise _Wrong(f'"{key}" must be text, got {_shown(value)}')
    return clean(value)


def _number(
    found: dict[str, Any], key: str, kind: Callable[[Any], _N], *, top: float = 1e15
) -> _N | None:
    value = found.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Wrong(f'"{key}" must be a number, got {_shown(value)}')
    if not 0 <= value <= top:
        raise _Wrong(f'"{key}" must be between 0 and {top:g}, got {value}')
    if kind is int and value != int(value):
        raise _Wrong(f'"{key}" must be a whole number, got {value}')
    return kind(value)


def _shown(value: object) -> str:
    return repr(value)[:_SHOWN]
