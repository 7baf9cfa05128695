"""Which short texts with a question does a model learn to read?

A text is two to four statements of facts: one that is asked for, one of the same kind
about something else, and others. The answer is copied from the text.
"""

import json
import random
from functools import cache

from advisor.builtin.training import figures, values
from advisor.builtin.training.asked import Asked
from advisor.builtin.training.grammar import expand
from advisor.builtin.training.labelled import aside
from advisor.builtin.training.people import LINES, Namer, is_held, listed
from advisor.builtin.training.places import address
from advisor.builtin.training.spelled import words


@cache
def _lexicon(held: bool) -> dict[str, list[str]]:
    read: dict[str, list[str]] = json.loads(
        (LINES / "asks.json").read_text(encoding="utf-8")
    )
    kept = {n: [t for t in ts if is_held(t) == held] for n, ts in read.items()}
    return {name: kept[name] or texts for name, texts in read.items()}


def read(namer: Namer) -> Asked:
    """Draw a text, a question and its answer."""
    rng = namer.rng
    facts = listed("facts", namer.held, "\n")
    line = rng.choice(facts)
    subject, statement, question, answer = _fact(line, namer)
    said = [statement]
    if rng.random() < 0.6:
        other, twin, _, _ = _fact(line, namer)
        if other != subject:
            said.append(twin)
    for _ in range(rng.choice((0, 1, 1, 2))):
        extra = rng.choice(facts)
        if extra.split("|")[2] != line.split("|")[2]:
            other, added, _, _ = _fact(extra, namer)
            if other != subject:
                said.append(added)
    if rng.random() < 0.45:
        fillers = _lexicon(namer.held)["filler"]
        said.append(rng.choice(fillers) if rng.random() < 0.7 else aside(namer))
    rng.shuffle(said)
    if rng.random() < 0.15:
        joined = rng.choice((", ", "; ", " and ")).join(s.rstrip(".") for s in said)
        text = f"{joined[0].upper()}{joined[1:]}."
    else:
        text = " ".join(_ended(s) for s in said)
    if answer not in text:
        answer = answer.rstrip(".")  # "Inc." loses its stop where sentences are joined.
    if rng.random() < 0.12:
        text, answer = text.lower(), answer.lower()
    label = rng.choice(("Question: ",) * 9 + ("Q: ",))
    return Asked(task="reading", text=f"{text}\n{label}{question}", answer=answer)


def _ended(said: str) -> str:
    said = said[0].upper() + said[1:]
    return said if said[-1] in ".!?" else f"{said}."


def _fact(line: str, namer: Namer) -> tuple[str, str, str, str]:
    rng = namer.rng
    subject_kind, answer_kind, rest = line.split("|", 2)
    parts = _split(rest)
    subject, answer = _value(subject_kind, namer), _value(answer_kind, namer)
    fill = {"s": lambda _: subject, "a": lambda _: answer}
    statement = expand(parts[0], rng, {}, fill)
    question = expand(rng.choice(parts[1:]), rng, {}, fill)
    return subject, statement, question, answer


def _split(rest: str) -> list[str]:
    """Split at the bars outside braces."""
    parts, depth = [""], 0
    for letter in rest:
        depth += (letter == "{") - (letter == "}")
        if letter == "|" and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _value(kind: str, namer: Namer) -> str:
    rng = namer.rng
    known = _lexicon(namer.held)
    if kind == "item" and rng.random() < 0.25:
        return f"the {namer.brand()}"
    if kind == "place" and rng.random() < 0.15:
        return namer.company()
    if kind in known:
        return rng.choice(known[kind])
    return _made(kind, namer, rng)


def _made(kind: str, namer: Namer, rng: random.Random) -> str:
    if kind == "time":
        return values.time(rng)[0]
    if kind == "date":
        return _day(rng)
    if kind == "amount":
        return figures.amount(rng)[0]
    if kind == "duration":
        count = rng.randint(2, 36)
        unit = rng.choice(
            ("days", "weeks", "months", "hours", "years", "minutes", "working days")
        )
        return f"{rng.choice((str(count), words(count)))} {unit}"
    if kind == "weight":
        unit = rng.choice(("kg", "kilos", "grams", "pounds", "tonnes"))
        whole = str(rng.randint(2, 900))
        part = f"{rng.randint(1, 20)}.{rng.randint(1, 9)}"
        return f"{rng.choice((whole, part))} {unit}"
    if kind in ("number", "extension"):
        return str(rng.randint(2, 900))
    if kind == "company":
        return namer.company()
    if kind == "city":
        return namer.invented()
    if kind == "street":
        return address(namer).split(",")[0]
    return namer.person() if rng.random() < 0.5 else namer.first()


def _day(rng: random.Random) -> str:
    day, month = rng.randint(1, 28), rng.choice(values.MONTHS)
    year = rng.choice(("", "", f" {rng.randint(2024, 2028)}"))
    return rng.choice(
        (f"{day} {month}{year}", f"{month} {day}", f"the {day}th of {month}{year}")
    )
