"""What are invented people, companies, places and codes called?

Half of the names come from lists, half are made of syllables, so that a model must
copy what it reads. Words of a list whose hash falls into one eighth are `held` back:
training never says them, the held-out test says nothing else.
"""

import hashlib
import random
from functools import cache
from pathlib import Path

LINES = Path(__file__).parent / "lines"
_ONSETS = [
    "b",
    "br",
    "c",
    "ch",
    "d",
    "dr",
    "f",
    "fr",
    "g",
    "gr",
    "h",
    "j",
    "k",
    "kl",
    "l",
    "m",
    "n",
    "p",
    "pr",
    "qu",
    "r",
    "s",
    "sh",
    "st",
    "t",
    "th",
    "tr",
    "v",
    "w",
    "z",
]
_VOWELS = ["a", "e", "i", "o", "u", "a", "e", "i", "o", "ai", "ea", "ie", "oo", "ou"]
_ENDS = [
    "n",
    "r",
    "l",
    "s",
    "ck",
    "nd",
    "rt",
    "m",
    "ss",
    "ll",
    "x",
    "n",
    "r",
    "t",
    "sen",
    "son",
    "er",
    "ley",
    "ton",
    "man",
    "ski",
    "ova",
    "ic",
]


def is_held(text: str) -> bool:
    """Tell whether a line, word or wording is kept from training: one in eight."""
    return hashlib.sha256(text.encode()).digest()[0] < 32


@cache
def listed(name: str, held: bool, apart: str = " ") -> tuple[str, ...]:
    """Read a list of words or, with `apart` a line's end, of lines."""
    text = (LINES / f"{name}.txt").read_text(encoding="utf-8")
    entries = text.split("\n") if apart == "\n" else text.split()
    entries = [entry for entry in entries if entry.strip()]
    return tuple(e for e in entries if is_held(e) == held) or tuple(entries)


class Namer:
    """Draw names for one generator, from the words for training or the held ones."""

    def __init__(self, rng: random.Random, *, held: bool = False) -> None:
        self.rng, self.held = rng, held

    def word(self, name: str) -> str:
        """Draw from a list of words."""
        return self.rng.choice(listed(name, self.held))

    def invented(self) -> str:
        """Make up a name of one to three syllables."""
        rng = self.rng
        made = "".join(
            rng.choice(_ONSETS) + rng.choice(_VOWELS)
            for _ in range(rng.choice((1, 1, 2)))
        )
        return (made + rng.choice(_ENDS)).capitalize()

    def first(self) -> str:
        """Draw a first name."""
        return self.word("first") if self.rng.random() < 0.7 else self.invented()

    def last(self) -> str:
        """Draw a family name."""
        made = self.word("last") if self.rng.random() < 0.6 else self.invented()
        roll = self.rng.random()
        if roll < 0.04:
            return (
                f"{self.rng.choice(('O’', 'Mc', 'van ', 'de ', 'von '))}{made}".replace(
                    "’", "'"
                )
            )
        return f"{made}-{self.word('last')}" if roll < 0.08 else made

    def person(self) -> str:
        """Draw a whole name."""
        rng = self.rng
        first, last = self.first(), self.last()
        roll = rng.random()
        if roll < 0.08:
            return f"{first[0]}. {last}"
        if roll < 0.14:
            return f"{first} {rng.choice('ABCDEFGHJKLMNPRST')}. {last}"
        return f"{first} {last}"

    def brand(self) -> str:
        """Draw a company's or product's distinctive word."""
        word = self.word("words").capitalize()
        roll = self.rng.random()
        if roll < 0.3:
            return self.last()
        if roll < 0.5:
            return self.invented()
        if roll < 0.65:
            return f"{word} & {self.word('words').capitalize()}"
        return (
            f"{word}{self.rng.choice(('', ' ', ''))}{self.word('words')}"
            if roll < 0.75
            else word
        )

    def company(self) -> str:
        """Draw a company's name."""
        rng = self.rng
        trade = rng.choice(listed("trades", self.held, "\n"))
        form = rng.choice(
            (
                "Ltd",
                "GmbH",
                "Inc.",
                "LLC",
                "AG",
                "Co",
                "& Sons",
                "Group",
                "Ltd",
                "BV",
                "SA",
                "plc",
                "Inc",
            )
        )
        brand = self.brand()
        return rng.choice(
            (
                f"{brand} {trade}",
                f"{brand} {trade}",
                f"{brand} {trade} {form}",
                f"{brand} {form}",
                brand,
            )
        )

    def email(self, name: str = "") -> str:
        """Draw an e-mail address, often of the person `name`."""
        rng = self.rng
        parts = (
            (name or self.person()).lower().replace("'", "").replace(".", "").split()
        )
        own = rng.choice((".", "_", "", "-")).join((parts[0], parts[-1]))
        user = rng.choice(
            (
                own,
                own,
                parts[-1],
                f"{parts[0]}{rng.randint(1, 99)}",
                self.word("words"),
                rng.choice(("info", "accounts", "office", "sales")),
            )
        )
        site = rng.choice(
            (
                self.word("words"),
                self.invented().lower(),
                "mail",
                f"{self.word('words')}-{self.word('words')}",
            )
        )
        end = rng.choice(
            ("example", "example", "example.com", "example.org", "example.net")
        )
        return (
            f"{user}@{end}"
            if "." in end and rng.random() < 0.5
            else f"{user}@{site}.{end}"
        )
