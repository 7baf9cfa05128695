"""How does a text with a question ask the same about other names and numbers?

Numbers are exchanged for others of as many digits and names in the middle of a sentence
for invented ones, in the text, the question and the answer alike. So an answer must be
found in the text and cannot be known by heart.
"""

import random
import re

from advisor.builtin.training.people import Namer
from advisor.builtin.training.values import DAYS, MONTHS

QUESTION = "\nQuestion: "
_NUMBER = re.compile(r"\d+")
# A word with a capital behind a small letter or a comma and a space.
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}\b")
_CALENDAR = {*MONTHS, *(month[:3] for month in MONTHS), *DAYS}


def retold(text: str, answer: str, namer: Namer) -> tuple[str, str]:
    """Exchange most numbers and names; what was not found stays as it was."""
    rng = namer.rng
    swaps: dict[str, str] = {}
    for number in dict.fromkeys(_NUMBER.findall(text)):
        if rng.random() < 0.7:
            swaps[number] = _like(number, rng)
    for name in dict.fromkeys(_NAME.findall(text.partition(QUESTION)[0])):
        if name not in _CALENDAR and rng.random() < 0.6:
            swaps[name] = namer.last() if rng.random() < 0.6 else namer.first()
    if not swaps:
        return text, answer
    found = re.compile("|".join(rf"\b{re.escape(old)}\b" for old in swaps))

    def swap(told: str) -> str:
        return found.sub(lambda match: swaps[match.group()], told)

    return swap(text), swap(answer)


def _like(number: str, rng: random.Random) -> str:
    """Draw a number of as many digits; hours, minutes and days stay such."""
    if len(number) == 1:
        return str(rng.randint(1, 9))
    if len(number) == 2:
        most = 12 if number < "13" else 28 if number < "29" else 59
        return f"{rng.randint(10, most)}"
    return str(rng.randint(1, 9)) + "".join(
        rng.choices("0123456789", k=len(number) - 1)
    )
