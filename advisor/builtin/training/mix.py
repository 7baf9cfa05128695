"""In which proportion do the tasks come, and what is kept for the test?

`examples` yields without end; the seed alone decides. With `held` only templates, words
and wordings come that training never sees, and nothing written by hand.
"""

import random
from collections.abc import Iterator, Mapping

from advisor.builtin.training import labelled, personal, reading, standard
from advisor.builtin.training.apart import from_every_pack
from advisor.builtin.training.asked import Asked
from advisor.builtin.training.natural import natural
from advisor.builtin.training.people import Namer
from advisor.builtin.training.wordings import prompt

WEIGHTS = {
    "intent": 1.0,
    "sentiment": 1.0,
    "normalise": 1.6,
    "redact": 1.3,
    "extract": 1.5,
    "reading": 1.5,
}
# Later on, more of what goes slowly.
LATER = {
    "intent": 1.2,
    "sentiment": 1.5,
    "normalise": 1.3,
    "redact": 1.6,
    "extract": 1.6,
    "reading": 1.6,
}
BY_HAND = 0.3
LATER_BY_HAND = 0.75
_DRAW = {
    "sentiment": labelled.sentiment,
    "normalise": standard.normalise,
    "redact": personal.redact,
    "extract": personal.extract,
    "reading": reading.read,
}


def asked(
    seed: int,
    *,
    held: bool = False,
    only: str | None = None,
    shares: Mapping[str, float] = WEIGHTS,
    by_hand: float = BY_HAND,
) -> Iterator[Asked]:
    """Yield examples without their wording; `only` one task if named.

    A share of `by_hand` comes from examples written by hand; of intents only what is
    above the usual share, for the tickets' generator has hand-written ones as well.
    """
    rng = random.Random(seed)  # noqa: S311
    namer = Namer(rng, held=held)
    tickets = labelled.Tickets(seed)
    names, weights = list(shares), list(shares.values())
    kept_apart = from_every_pack()
    while True:
        task = only or rng.choices(names, weights)[0]
        if task == "intent":
            drawn = tickets.draw(rng, 0.0 if held else by_hand - BY_HAND)
        elif not held and rng.random() < by_hand:
            drawn = natural(task, namer)
        else:
            drawn = _DRAW[task](namer)
        if drawn.text not in kept_apart:
            yield drawn


def worded(
    seed: int,
    *,
    held: bool = False,
    only: str | None = None,
    shares: Mapping[str, float] = WEIGHTS,
    by_hand: float = BY_HAND,
) -> Iterator[tuple[Asked, str]]:
    """Yield examples with their prompts."""
    rng = random.Random(f"{seed}:wording")  # noqa: S311
    for drawn in asked(seed, held=held, only=only, shares=shares, by_hand=by_hand):
        yield drawn, prompt(drawn.task, drawn.text, rng, held=held)
