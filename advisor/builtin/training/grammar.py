"""How does one written line become many sentences?

A line holds alternatives in braces, `{my card|our card}`, which may nest, and slots in
brackets, `[product]`, filled from a lexicon or by a function of chance.
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence

Filler = Callable[[random.Random], str]

_INNERMOST = re.compile(r"\{([^{}]*)\}")
_SLOT = re.compile(r"\[([a-z]+)\]")


class GrammarError(ValueError):
    """Raised for a line with an unmatched brace or a slot that nothing fills."""


def expand(
    line: str,
    rng: random.Random,
    lexicon: Mapping[str, Sequence[str]],
    fillers: Mapping[str, Filler],
) -> str:
    """Choose one sentence of a line.

    Every alternative of a pair of braces is equally likely. Raises GrammarError.
    """

    def pick(match: re.Match[str]) -> str:
        chosen: str = rng.choice(match.group(1).split("|"))
        return chosen

    def fill(match: re.Match[str]) -> str:
        slot = match.group(1)
        if slot in fillers:
            return fillers[slot](rng)
        if slot in lexicon:
            return rng.choice(lexicon[slot])
        raise GrammarError(f"Nothing fills the slot [{slot}] in {line!r}.")

    text, before = line, ""
    while before != text:
        before, text = text, _INNERMOST.sub(pick, text)
    if "{" in text or "}" in text:
        raise GrammarError(f"A brace without its partner in {line!r}.")
    return " ".join(_SLOT.sub(fill, text).split())
