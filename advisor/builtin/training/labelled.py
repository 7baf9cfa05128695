"""Which feedback does a model learn sentiment from, and which tickets intent?"""

import random

from advisor.builtin.training import noise, tickets
from advisor.builtin.training.asked import Asked
from advisor.builtin.training.figures import size
from advisor.builtin.training.grammar import Filler, expand
from advisor.builtin.training.people import Namer, listed
from advisor.builtin.training.values import DAYS, MONTHS

# Not known to the ticket family.
WRITTEN_LATER = ("natural-2", "natural-4")
SENTIMENTS = ("positive", "negative", "neutral")


def sentiment(namer: Namer) -> Asked:
    """Draw feedback of one of three moods."""
    rng = namer.rng
    mood = rng.choice(SENTIMENTS)
    text = _say(namer, mood)
    if rng.random() < 0.25:
        text = f"{text} {_say(namer, mood)}"
    return Asked(task="sentiment", text=voice(text, rng), answer=mood)


def _say(namer: Namer, mood: str) -> str:
    rng, held = namer.rng, namer.held
    fillers: dict[str, Filler] = {
        "first": lambda _: namer.first(),
        "month": lambda r: r.choice(MONTHS),
        "day": lambda r: r.choice(DAYS),
        "n": lambda r: str(min(size(r), 500)),
    }
    lexicon = {"thing": [*listed("things", held, "\n"), *_bare(held)]}
    line = rng.choice(listed(mood, held, "\n"))
    for name in ("good", "bad"):
        while f"[{name}]" in line:
            line = line.replace(f"[{name}]", rng.choice(listed(name, held, "\n")), 1)
    text = expand(line, rng, lexicon, fillers)
    return text[0].upper() + text[1:]


def aside(namer: Namer) -> str:
    """Draw a sentence that names nobody: something else that a message says as well."""
    while True:
        said = _say(namer, namer.rng.choice(SENTIMENTS))
        if "Thank" not in said and "Kudos" not in said:
            return said


def _bare(held: bool) -> list[str]:
    return [t.replace("the ", "", 1) for t in listed("things", held, "\n")]


def voice(text: str, rng: random.Random) -> str:
    """Write as people do: often tidy, sometimes with slips or without capitals."""
    if rng.random() < 0.45:
        return text
    if rng.random() < 0.15:
        text = noise.drop_small_words(text, rng, 0.5)
    if rng.random() < 0.35:
        text = noise.type_carelessly(text, rng, rng.choice((0.03, 0.08, 0.2)))
    return noise.case_and_stops(text, rng)


def heard(text: str, rng: random.Random) -> str:
    """Say what somebody wrote with fewer words or in another voice, or as it was."""
    if rng.random() < 0.3:
        text = noise.leave_out(text, rng, rng.random() * 0.25)
    return voice(text, rng) if rng.random() < 0.5 else text


class Tickets:
    """Draw tickets of the ticket family's own generator, with more written by hand."""

    def __init__(self, seed: int) -> None:
        self._parts = tickets.material(*WRITTEN_LATER)
        self._stream = tickets.tickets(seed, self._parts)

    def draw(self, rng: random.Random, by_hand: float = 0.0) -> Asked:
        """Draw the next one; a share of `by_hand` is as somebody wrote it."""
        if rng.random() < by_hand:
            intent = rng.choice(tickets.INTENTS)
            text = heard(rng.choice(self._parts.natural[intent]), rng)
            return Asked(task="intent", text=text, answer=intent)
        ticket = next(self._stream)
        return Asked(task="intent", text=ticket.text, answer=ticket.intent)
