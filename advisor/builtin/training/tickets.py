"""Which support tickets do the ticket models learn from?

Three sources, mixed by chance: sentences of a grammar (one file an intent), tickets
written by hand (`natural.txt`) and strings of the words of a topic (`topics.txt`); all
with synonyms, left-out words, greetings, asides, signatures and slips.
"""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from advisor.builtin.training import noise
from advisor.builtin.training.apart import from_every_pack
from advisor.builtin.training.grammar import Filler, expand
from advisor.builtin.training.slots import FILLERS

FOLDER = Path(__file__).parent / "tickets"
INTENTS = (
    "billing",
    "refund",
    "delivery",
    "login",
    "bug",
    "cancellation",
    "feature",
    "sales",
)
# Share of tickets that are the core alone: without them learning starts very late.
PLAIN = 0.4
INSTRUCTION = "Name the intent of this ticket. Intents: {intents}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """Hold one training example: what a customer wrote and what it is about."""

    text: str
    intent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Hold everything the tickets are made of, as written in the folder."""

    grammar: Mapping[str, Sequence[str]]
    natural: Mapping[str, Sequence[str]]
    topics: Mapping[str, Sequence[str]]
    synonyms: Mapping[str, Sequence[str]]
    lexicon: Mapping[str, Sequence[str]]
    openers: Sequence[str]
    asides: Sequence[str]
    closers: Sequence[str]
    fillers: Mapping[str, Filler] = field(default_factory=lambda: FILLERS)


def _lines(name: str) -> list[str]:
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip()]


def _topic(line: str) -> tuple[str, list[str]]:
    intent, words = line.split("|", 1)
    return intent, words.split(";")


@cache
def material(*more: str) -> Material:
    """Read the folder once; the files of hand-written tickets in `more` as well."""
    natural: dict[str, list[str]] = {intent: [] for intent in INTENTS}
    for line in (line for name in ("natural", *more) for line in _lines(name)):
        intent, text = line.split("|", 1)
        natural[intent].append(text.replace("\\n", "\n"))
    lexicon = json.loads((FOLDER / "lexicon.json").read_text(encoding="utf-8"))
    return Material(
        grammar={intent: _lines(intent) for intent in INTENTS},
        natural=natural,
        topics=dict(_topic(line) for line in _lines("topics")),
        synonyms=noise.by_word([line.split(";") for line in _lines("synonyms")]),
        lexicon=lexicon,
        openers=_lines("openers"),
        asides=_lines("asides"),
        closers=_lines("closers"),
    )


def tickets(seed: int, parts: Material | None = None) -> Iterator[Ticket]:
    """Yield tickets without end, all intents alike; same seed, same tickets.

    A near-duplicate of a sample of a pack is left out, before and after the slips.
    """
    rng = random.Random(seed)  # noqa: S311
    parts = parts or material()
    kept_apart = from_every_pack()
    while True:
        intent = rng.choice(INTENTS)
        if rng.random() < PLAIN:
            tidy = text = _core(intent, rng, parts)
        else:
            tidy = _write(intent, rng, parts)
            text = _voice(tidy, rng)
        if tidy not in kept_apart and text not in kept_apart:
            yield Ticket(text=text, intent=intent)


def _core(intent: str, rng: random.Random, parts: Material) -> str:
    """Say what the ticket is about, from one of the three sources."""
    source = rng.random()
    if source < 0.4:
        return rng.choice(parts.natural[intent])
    if source < 0.86:
        return _sentence(_say(parts.grammar[intent], rng, parts), rng)
    words = rng.sample(parts.topics[intent], rng.randint(1, 4))
    return rng.choice((", ", " ", " and ", "? ", " / ")).join(words)


def _write(intent: str, rng: random.Random, parts: Material) -> str:
    core = _core(intent, rng, parts)
    if rng.random() < 0.5:
        core = noise.swap_synonyms(core, rng, parts.synonyms, rng.random() * 0.6)
    if rng.random() < 0.4:
        core = noise.leave_out(core, rng, rng.random() * 0.3)
    pieces = [core]
    if rng.random() < 0.12:
        pieces.append(_sentence(_say(parts.grammar[intent], rng, parts), rng))
    for _ in range(rng.choice((0, 0, 0, 1, 1, 2))):
        at = rng.randrange(len(pieces) + 1)
        pieces.insert(at, _say(parts.asides, rng, parts))
    if rng.random() < 0.35:
        pieces.insert(0, _say(parts.openers, rng, parts))
    if rng.random() < 0.3:
        pieces.append(_say(parts.closers, rng, parts))
    return rng.choice((" ", " ", " ", "\n", "\n\n")).join(pieces)


def _say(lines: Sequence[str], rng: random.Random, parts: Material) -> str:
    return expand(rng.choice(lines), rng, parts.lexicon, parts.fillers)


def _sentence(text: str, rng: random.Random) -> str:
    if rng.random() < 0.3:
        return text
    return text[0].upper() + text[1:] + rng.choice((".", ".", "!", "", "?"))


def _voice(text: str, rng: random.Random) -> str:
    if rng.random() < 0.12:
        text = noise.drop_small_words(text, rng, 0.5)
    if rng.random() < 0.35:
        text = noise.type_carelessly(text, rng, rng.choice((0.03, 0.08, 0.2)))
    return noise.case_and_stops(text, rng)


def prompt(ticket: str, rng: random.Random | None = None) -> str:
    """Ask for the intent, options in the prompt.

    With `rng` the wording and the order of the options vary, so that a model does not
    hang on one wording; without it the wording is the sample pack's.
    """
    names = list(INTENTS)
    if rng is None or rng.random() < 0.6:
        head = INSTRUCTION.format(intents=", ".join(names))
        return f"{head}\n{ticket}\nIntent:"
    rng.shuffle(names)
    heads = (
        INSTRUCTION,
        "What is this ticket about? Choose one of {intents}.",
        "Classify the message. Labels: {intents}.",
        "Pick the right desk for this request: {intents}.",
        "Intents: {intents}.",
        "Sort the ticket into one of these: {intents}",
    )
    head = rng.choice(heads).format(intents=", ".join(names))
    tail = rng.choice(("Intent:", "Intent:", "Label:", "Answer:", "Topic:"))
    frame = rng.choice(
        ("{head}\n{ticket}\n{tail}", "{head}\n\nTicket: {ticket}\n{tail}")
    )
    return frame.format(head=head, ticket=ticket, tail=tail)
