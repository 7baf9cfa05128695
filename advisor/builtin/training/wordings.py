"""In how many ways can one and the same task be asked?

A prompt is a head (alternatives nest, so ten heads a task give hundreds), an input in
its frame and a tail; what the head lists comes in changing order. One wording, that of
the sample packs, is taken more often. The last two heads of a task are held back.
"""

import json
import random
import re
from functools import cache
from typing import Any

from advisor.builtin.training.grammar import expand
from advisor.builtin.training.people import LINES

HELD = 2
PACK_SHARE = 0.5
PLACEHOLDER = re.compile(r"\[(?:NAME|EMAIL|PHONE|ADDRESS|NUMBER)\]")


@cache
def _all() -> dict[str, dict[str, Any]]:
    read: dict[str, dict[str, Any]] = json.loads(
        (LINES / "wordings.json").read_text(encoding="utf-8")
    )
    return read


def tasks() -> tuple[str, ...]:
    """Name the tasks."""
    return tuple(_all())


def pack_prompt(task: str) -> str:
    """Give the wording of the task's sample pack, with {input} in it."""
    prompt: str = _all()[task]["pack"]
    return prompt


def prompt(task: str, text: str, rng: random.Random, *, held: bool = False) -> str:
    """Ask in one of the wordings for training, or in one that training never saw."""
    if not held and rng.random() < PACK_SHARE:
        return pack_prompt(task).replace("{input}", text)
    about = _all()[task]
    heads = about["heads"][-HELD:] if held else about["heads"][:-HELD]
    options = list(about["options"])
    rng.shuffle(options)
    joint = (
        rng.choice((" or ", ", ")) if task != "extract" else rng.choice((" and ", ", "))
    )
    listed = ", ".join(options[:-1]) + joint + options[-1] if len(options) > 1 else ""
    head = expand(rng.choice(heads), rng, {}, {"options": lambda _: listed})
    frame = rng.choice(about["inputs"]).replace("{input}", text)
    tail = rng.choice(about["tails"])
    gap = rng.choice(("\n", "\n", "\n", "\n\n"))
    return f"{head}{gap}{frame}\n{tail}"
