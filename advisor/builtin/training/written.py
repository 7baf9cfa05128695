"""Where do the values stand in an example that was written by hand?

Each is looked for as it would be written: the person behind a placeholder, vendor and
code letter by letter, amount, date, time and number in any form known here.
"""

import json
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import chain
from pathlib import Path

from advisor.builtin.training import figures, values
from advisor.builtin.training.people import is_held
from advisor.builtin.training.personal import CURRENCIES, PLACEHOLDERS

FOLDER = Path(__file__).parent / "natural"
_PLACES = re.compile("|".join(re.escape(p) for p in PLACEHOLDERS.values()))
_KINDS = {place: kind for kind, place in PLACEHOLDERS.items()}
_TRIES = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Hold one hand-written example; `spans` are (start, end, kind) of its values."""

    text: str
    expected: object
    spans: tuple[tuple[int, int, str], ...] = ()


@cache
def written(task: str, held: bool = False) -> tuple[Written, ...]:
    """Read the examples of a task and find their values; one in eight is held back."""
    files = sorted(FOLDER.glob(f"{task}*.jsonl"))
    texts = (file.read_text(encoding="utf-8").splitlines() for file in files)
    lines = map(json.loads, chain.from_iterable(texts))
    return tuple(
        Written(
            text=e["input"],
            expected=e["expected"],
            spans=_find(task, e["input"], e["expected"]),
        )
        for e in lines
        if is_held(e["input"]) == held
    )


def _find(task: str, text: str, expected: object) -> tuple[tuple[int, int, str], ...]:
    if task == "redact":
        return _redacted_spans(text, str(expected))
    if task == "extract" and isinstance(expected, Mapping):
        return _note_spans(text, expected)
    if task == "normalise":
        return _value_span(text, str(expected))
    return ()


def _redacted_spans(text: str, expected: str) -> tuple[tuple[int, int, str], ...]:
    pattern = "(.+?)".join(re.escape(part) for part in _PLACES.split(expected))
    found = re.fullmatch(pattern, text, re.DOTALL)
    if found is None:
        raise ValueError(f"Outside its placeholders {expected!r} is not {text!r}.")
    kinds = [_KINDS[place] for place in _PLACES.findall(expected)]
    return tuple((*found.span(i + 1), kind) for i, kind in enumerate(kinds))


def _note_spans(
    text: str, expected: Mapping[str, object]
) -> tuple[tuple[int, int, str], ...]:
    """Find vendor and code as written, amount and date in any form known here."""
    spans = []
    for name in ("vendor", "invoice"):
        value = expected[name]
        if value is not None and text.count(str(value)) == 1:
            start = text.index(str(value))
            spans.append((start, start + len(str(value)), name))
    if expected["amount"] is not None and expected["currency"] in CURRENCIES:
        amount = Decimal(str(expected["amount"]))
        found = _any_form(text, f"{amount:.2f} {expected['currency']}")
        spans += [(*found, "amount")] if found else []
    if expected["due"]:
        found = _any_form(text, str(expected["due"]))
        spans += [(*found, "due")] if found else []
    spans.sort()
    apart = all(a[1] <= b[0] for a, b in zip(spans, spans[1:], strict=False))
    return tuple(spans) if apart else ()


def _value_span(text: str, standard: str) -> tuple[tuple[int, int, str], ...]:
    found = _any_form(text, standard)
    return ((*found, _kind(standard)),) if found else ()


def _kind(standard: str) -> str:
    if re.fullmatch(r"\d{4}-\d\d-\d\d", standard):
        return "date"
    if re.fullmatch(r"\d\d:\d\d", standard):
        return "time"
    return "amount" if " " in standard else "number"


def _any_form(text: str, standard: str) -> tuple[int, int] | None:
    """Find the longest form of a value in a text by writing it many times."""
    rng = random.Random(standard)  # noqa: S311
    best: tuple[int, int] | None = None
    for _ in range(_TRIES):
        form = _form(rng, standard)
        start = text.find(form) if form else -1
        if start >= 0 and (best is None or len(form) > best[1] - best[0]):
            before, after = text[:start][-1:], text[start + len(form) :][:1]
            if not before.isalnum() and not after.isalnum():
                best = (start, start + len(form))
    return best


def _form(rng: random.Random, standard: str) -> str:
    kind = _kind(standard)
    if kind == "date":
        return values.written_date(rng, values.day_of(standard))
    if kind == "time":
        hour, minute = map(int, standard.split(":"))
        return values.written_time(rng, hour, minute)
    if kind == "amount":
        value, _, code = standard.partition(" ")
        return figures.written_amount(rng, Decimal(value), code)
    return figures.written_number(rng, standard)
