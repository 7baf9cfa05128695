"""How do a few hundred examples written by hand become many?

The values in a hand-written message are found again and swapped for invented ones:
the person in a message to redact, vendor, code, amount and date of a note, the value of
a line to normalise. The language stays as a person wrote it.
"""

import json
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from advisor.builtin.training import codes, figures, values
from advisor.builtin.training.asked import Asked
from advisor.builtin.training.labelled import voice
from advisor.builtin.training.marks import marked, plain
from advisor.builtin.training.people import Namer, is_held
from advisor.builtin.training.personal import (
    CURRENCIES,
    FIELDS,
    PLACEHOLDERS,
    as_json,
    noted,
    redacted,
)
from advisor.builtin.training.places import marked_person

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
    path = FOLDER / f"{task}.jsonl"
    lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
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


def natural(task: str, namer: Namer) -> Asked:
    """Draw a hand-written example, mostly with its values swapped."""
    rng = namer.rng
    chosen = rng.choice(written(task))
    if task == "redact":
        return redacted(_swap(chosen, namer, 0.85))
    if task == "extract":
        swapped = noted(_swap(chosen, namer, 0.85))
        known = {kind for _, _, kind in chosen.spans}
        return (
            swapped if _all_known(chosen.expected, known) else _as_written(task, chosen)
        )
    if task == "normalise" and chosen.spans and rng.random() < 0.8:
        return _other_value(chosen, rng)
    if task == "sentiment":
        text = voice(chosen.text, rng) if rng.random() < 0.5 else chosen.text
        return Asked(task=task, text=text, answer=str(chosen.expected))
    return _as_written(task, chosen)


def _all_known(expected: object, known: set[str]) -> bool:
    """Tell whether every value of a note was found, so that all may be swapped."""
    if not isinstance(expected, Mapping):
        return False
    told = {name for name in FIELDS if expected[name] is not None}
    return told - {"currency"} == known and ("amount" in told) == ("currency" in told)


def _swap(chosen: Written, namer: Namer, rate: float) -> str:
    """Mark every value, about `rate` of them exchanged."""
    text, end = "", 0
    for start, stop, kind in chosen.spans:
        old = chosen.text[start:stop]
        new = marked(kind, old, _standard(chosen, kind, old))
        if namer.rng.random() < rate:
            new = _drawn(kind, namer, old)
        text += chosen.text[end:start] + new
        end = stop
    return text + chosen.text[end:]


def _standard(chosen: Written, kind: str, old: str) -> str:
    expected = chosen.expected
    if not isinstance(expected, Mapping) or kind in ("vendor", "invoice"):
        return old
    if kind == "amount":
        return f"{Decimal(str(expected['amount'])):.2f} {expected['currency']}"
    return str(expected[kind])


def _drawn(kind: str, namer: Namer, old: str) -> str:
    if kind in PLACEHOLDERS:
        if kind == "name" and " " not in old:
            new = marked(
                kind, namer.last() if namer.rng.random() < 0.5 else namer.first()
            )
        else:
            new = marked_person(namer, kind)
    elif kind in ("vendor", "invoice"):
        new = marked(
            kind, namer.company() if kind == "vendor" else codes.code(namer.rng)
        )
    elif kind == "amount":
        new = marked(kind, *figures.amount(namer.rng, CURRENCIES))
    else:
        new = marked(kind, *values.date(namer.rng))
    return new.lower() if old.islower() and kind == "name" else new


def _other_value(chosen: Written, rng: random.Random) -> Asked:
    start, stop, kind = chosen.spans[0]
    draw = {
        "date": values.date,
        "time": values.time,
        "number": figures.number,
        "amount": figures.amount,
    }
    new, standard = draw[kind](rng)
    text = chosen.text[:start] + new + chosen.text[stop:]
    return Asked(task="normalise", text=text, answer=standard)


def _as_written(task: str, chosen: Written) -> Asked:
    expected = chosen.expected
    if isinstance(expected, Mapping):
        fields = dict(expected)
        if fields["amount"] is not None:
            fields["amount"] = Decimal(str(fields["amount"]))
        return Asked(task=task, text=chosen.text, answer=as_json(fields))
    answer = expected[0] if isinstance(expected, list) else expected
    return Asked(task=task, text=plain(chosen.text), answer=str(answer))
