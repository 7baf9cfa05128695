"""What is asked of both engines: token numbers, drawn by fixed seeds.

A word-level tokenizer makes word number n the token n, so that texts for one engine and
tokens for the other are the same.
"""

import math
import random

WORDS = 32_000
CONTEXT, SPREAD = 120, 20
CHOICES = 4
CELLS = [(size, prefix) for size in (1, 8) for prefix in (0, 200)]
MEAN, CAP = 64, 256


def choice_items(count, *, size, prefix, seed):
    """Return samples of {"context": ids, "choices": [ids]} that share a prefix."""
    draw = random.Random(seed)

    def some(length):
        return [draw.randrange(4, WORDS) for _ in range(length)]

    shared = some(prefix)
    return [
        {
            "context": shared
            + some(draw.randrange(CONTEXT - SPREAD, CONTEXT + SPREAD + 1)),
            "choices": [some(size) for _ in range(CHOICES)],
        }
        for _ in range(count)
    ]


def writing_items(count, *, spread, seed):
    """Return prompts with the forced length of their answers, lognormal and capped.

    `spread` is the coefficient of variation of the lengths before the cap.
    """
    draw = random.Random(seed)
    deviation = math.sqrt(math.log(1 + spread**2))
    middle = math.log(MEAN) - deviation**2 / 2
    return [
        {
            "context": [
                draw.randrange(4, WORDS) for _ in range(draw.randrange(40, 81))
            ],
            "limit": min(CAP, max(1, round(draw.lognormvariate(middle, deviation)))),
        }
        for _ in range(count)
    ]


def words(ids):
    """Return the text that the word-level tokenizer reads as `ids`."""
    return " ".join(f"w{number}" for number in ids)
