"""What fills a slot that a list cannot: numbers, amounts, dates, references?"""

import random
from collections.abc import Mapping

from advisor.builtin.training.grammar import Filler
from advisor.builtin.training.values import DAYS, MONTHS


def _ref(rng: random.Random) -> str:
    digits = "".join(rng.choices("0123456789", k=rng.randint(3, 7)))
    letters = "".join(rng.choices("ABCDEFGHKLMNPRSTUVXZ", k=2))
    return rng.choice(
        (digits, f"{letters}-{digits}", f"#{digits}", f"{letters}{digits}")
    )


def _amount(rng: random.Random) -> str:
    value = rng.choice((rng.randint(3, 99), rng.randint(100, 4000)))
    number = rng.choice((f"{value}", f"{value}.{rng.randint(0, 99):02}", f"{value},90"))
    shape = rng.choice(("${}", "{} euro", "{} EUR", "€{}", "{} dollars", "£{}", "{}"))
    return shape.format(number)


def _date(rng: random.Random) -> str:
    day, month = rng.randint(1, 28), rng.choice(MONTHS[:10])
    weekday = rng.choice(DAYS)
    shapes = (
        f"{day} {month}",
        f"{month} {day}",
        f"{day}.{rng.randint(1, 12)}.",
        weekday,
        f"the {day}th",
        f"{weekday} morning",
        f"{day}/{rng.randint(1, 12)}",
    )
    return rng.choice(shapes)


def _duration(rng: random.Random) -> str:
    unit = rng.choice(("days", "weeks", "months", "years", "hours"))
    return f"{rng.choice((*_SMALL_NUMBERS, str(rng.randint(2, 30))))} {unit}"


def _number(rng: random.Random) -> str:
    return rng.choice((str(rng.randint(2, 20)), str(rng.randint(21, 900))))


_SMALL_NUMBERS = ("two", "three", "four", "five", "six", "ten")
FILLERS: Mapping[str, Filler] = {
    "ref": _ref,
    "amount": _amount,
    "date": _date,
    "duration": _duration,
    "number": _number,
}
