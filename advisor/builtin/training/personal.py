"""Which messages does a model learn to redact, and which notes to read into fields?"""

import json
import random
from decimal import Decimal

from advisor.builtin.training import codes, figures, marks, values
from advisor.builtin.training.asked import Asked
from advisor.builtin.training.grammar import Filler, expand
from advisor.builtin.training.labelled import aside
from advisor.builtin.training.people import Namer, listed
from advisor.builtin.training.places import marked_person

PLACEHOLDERS = {
    "name": "[NAME]",
    "email": "[EMAIL]",
    "phone": "[PHONE]",
    "address": "[ADDRESS]",
    "number": "[NUMBER]",
}
FIELDS = ("vendor", "invoice", "amount", "currency", "due")
CURRENCIES = ("EUR", "USD", "GBP", "CHF")
LACKING = (
    "extract_no_due",
    "extract_no_due",
    "extract_no_invoice",
    "extract_no_vendor",
    "extract_no_amount",
)


def redact(namer: Namer) -> Asked:
    """Draw a message and the same message with placeholders."""
    rng = namer.rng
    fillers: dict[str, Filler] = {
        kind: _person(namer, kind) for kind in PLACEHOLDERS
    } | {
        "last": lambda _: marks.marked("name", namer.last()),
        "company": lambda _: namer.company(),
        "date": lambda r: values.date(r)[0],
        "amount": lambda r: figures.amount(r)[0],
    }
    lexicon = {"topic": listed("topic", namer.held, "\n")}
    line = expand(rng.choice(listed("redact", namer.held, "\n")), rng, lexicon, fillers)
    text = line[0].upper() + line[1:] if rng.random() < 0.4 else line
    return redacted(_with_aside(text, namer))


def _with_aside(text: str, namer: Namer) -> str:
    """Say something else before or after, in one message of five."""
    if namer.rng.random() > 0.2:
        return text
    parts = [text if text[-1] in ".!?" else f"{text}.", aside(namer)]
    return " ".join(parts[:: namer.rng.choice((1, -1))])


def redacted(marked_text: str) -> Asked:
    """Make the example of a marked text."""
    return Asked(
        task="redact",
        text=marks.plain(marked_text),
        answer=marks.replaced(marked_text, PLACEHOLDERS),
    )


def _person(namer: Namer, kind: str) -> Filler:
    return lambda _: marked_person(namer, kind)


def extract(namer: Namer) -> Asked:
    """Draw a note about an invoice or order and its fields as JSON."""
    rng = namer.rng
    kind = "extract" if rng.random() < 0.78 else rng.choice(LACKING)
    line = rng.choice(listed(kind, namer.held, "\n"))
    text = expand(line, rng, {}, note_fillers(namer))
    if rng.random() < 0.25:
        text = text[0].upper() + text[1:]
    return noted(_with_aside(text, namer))


def note_fillers(namer: Namer) -> dict[str, Filler]:
    """Fill the four values that a note names."""

    def amount(rng: random.Random) -> str:
        return marks.marked("amount", *figures.amount(rng, CURRENCIES))

    return {
        "vendor": lambda _: marks.marked("vendor", namer.company()),
        "invoice": lambda _: marks.marked("invoice", codes.code(namer.rng)),
        "amount": amount,
        "due": lambda rng: marks.marked("due", *values.date(rng)),
    }


def noted(marked_text: str) -> Asked:
    """Make the example of a marked text; what it does not name is null."""
    known = marks.standards(marked_text)
    fields: dict[str, object] = {n: known.get(n) for n in FIELDS}
    if fields["amount"]:
        value, _, code = str(fields["amount"]).partition(" ")
        fields |= {"amount": Decimal(value), "currency": code}
    return Asked(task="extract", text=marks.plain(marked_text), answer=as_json(fields))


def as_json(fields: dict[str, object]) -> str:
    """Write the fields as JSON, amounts with two decimals."""
    parts = []
    for name in FIELDS:
        value = fields[name]
        shown = (
            f"{value:.2f}"
            if isinstance(value, Decimal)
            else json.dumps(value, ensure_ascii=False)
        )
        parts.append(f'"{name}": {shown}')
    return "{" + ", ".join(parts) + "}"
