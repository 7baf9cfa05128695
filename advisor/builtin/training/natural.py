"""How do a few hundred examples written by hand become many?

The values in a hand-written message are found again and swapped for invented ones:
the person in a message to redact, vendor, code, amount and date of a note, the value of
a line to normalise. The language stays as a person wrote it.
"""

import random
from collections.abc import Mapping
from decimal import Decimal

from advisor.builtin.training import codes, figures, values
from advisor.builtin.training.asked import Asked
from advisor.builtin.training.labelled import heard
from advisor.builtin.training.marks import marked, plain
from advisor.builtin.training.people import Namer
from advisor.builtin.training.personal import (
    CURRENCIES,
    FIELDS,
    PLACEHOLDERS,
    as_json,
    noted,
    redacted,
)
from advisor.builtin.training.places import marked_person
from advisor.builtin.training.retold import retold
from advisor.builtin.training.written import Written, written


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
        return _felt(chosen, rng)
    plainly = _as_written(task, chosen)
    if task != "reading":
        return plainly
    text, answer = retold(plainly.text, plainly.answer, namer)
    return Asked(task=task, text=text, answer=answer)


def _felt(chosen: Written, rng: random.Random) -> Asked:
    """Say it in another voice, with fewer words or with more of the same mood."""
    text = chosen.text
    if rng.random() < 0.15:
        alike = [w for w in written("sentiment") if w.expected == chosen.expected]
        text = f"{text} {rng.choice(alike).text}"
    answer = str(chosen.expected)
    return Asked(task="sentiment", text=heard(text, rng), answer=answer)


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
