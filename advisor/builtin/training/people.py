"""What are invented people, companies, places and codes called?

Half of the names come from lists, half are made of syllables, so that a model must
copy what it reads. Words of a list whose hash falls into one eighth are `held` back:
training never says them, the held-out test says nothing else.
"""

import hashlib
import random
from functools import cache
from pathlib import Path

from advisor.builtin.training.marks import marked

LINES = Path(__file__).parent / "lines"
_ONSETS = (
    "b br c ch d dr f fr g gr h j k kl l m n p pr qu r s sh st t th tr v w z".split()
)
_VOWELS = "a e i o u a e i o ai ea ie oo ou".split()
_ENDS = "n r l s ck nd rt m ss ll x n r t sen son er ley ton man ski ova ic".split()


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

    def digits(self, count: int) -> str:
        """Draw digits."""
        return "".join(self.rng.choices("0123456789", k=count))

    def phone(self) -> str:
        """Draw a telephone number."""
        d = self.digits
        forms = (
            f"555-{d(4)}",
            f"555-{d(4)}",
            f"({d(3)}) 555-{d(4)}",
            f"{d(3)}-555-{d(4)}",
            f"555 {d(4)}",
            f"+1 {d(3)} 555 {d(4)}",
            f"+44 20 7946 0{d(3)}",
            f"+44 {d(4)} 555{d(3)}",
            f"+49 30 555 {d(4)}",
            f"0{d(3)} 555 {d(3)}",
            f"07{d(3)} 555 {d(3)}",
            f"555{d(4)}",
            f"+33 1 55 5{d(1)} {d(2)} {d(2)}",
            f"{d(3)}.555.{d(4)}",
            f"+41 44 555 {d(2)} {d(2)}",
            f"1-800-555-{d(4)}",
        )
        return self.rng.choice(forms)

    def address(self) -> str:
        """Draw street, number and, mostly, postcode and town."""
        rng = self.rng
        name = rng.choice(
            (self.word("words").capitalize(), self.last(), self.invented())
        )
        kind = rng.choice(
            "Street Road Avenue Lane Drive Way Close Square Terrace Court Hill St Rd Ave".split()
        )
        town = rng.choice(
            (
                self.invented(),
                f"{self.word('words').capitalize()}{rng.choice(('ton', 'ford', 'ville', 'ham', ' Bay', 'field', 'burg'))}",
            )
        )
        number = str(rng.randint(1, 240)) + rng.choice(("", "", "", "", "a", "B"))
        code = rng.choice(
            (
                self.digits(5),
                self.digits(4),
                f"{self.letters(2)}{rng.randint(1, 20)} {rng.randint(1, 9)}{self.letters(2)}",
            )
        )
        german = f"{name}{rng.choice(('strasse', 'weg', 'gasse', 'allee', ' Platz'))} {number}"
        street = german if rng.random() < 0.2 else f"{number} {name} {kind}"
        flat = (
            f"{rng.choice(('Flat', 'Apt', 'Unit', 'Suite'))} {rng.randint(1, 40)}, "
            if rng.random() < 0.06
            else ""
        )
        forms = (
            f"{street}, {code} {town}",
            f"{street}, {town} {code}",
            f"{street}, {code} {town}",
            f"{street}, {town}",
            f"{street}, {town}, {code}",
            street,
        )
        return flat + rng.choice(forms)

    def letters(self, count: int) -> str:
        """Draw capital letters."""
        return "".join(self.rng.choices("ABCDEFGHJKLMNPQRSTUVWXYZ", k=count))

    def account(self) -> str:
        """Draw a card, account, IBAN, passport or customer number."""
        d, rng = self.digits, self.rng
        fours = " ".join(d(4) for _ in range(4))
        forms = (
            fours,
            fours.replace(" ", "-"),
            fours.replace(" ", ""),
            f"{rng.choice(('DE', 'GB', 'FR', 'NL', 'CH', 'AT', 'ES'))}{d(2)} {' '.join(d(4) for _ in range(rng.choice((4, 4, 3))))} {d(2)}",
            f"{self.letters(2)}{d(20)}",
            d(rng.choice((6, 7, 8, 8, 9, 10))),
            d(rng.choice((6, 8, 10))),
            f"{self.letters(1)}{d(8)}",
            f"{self.letters(2)}{d(7)}",
            f"{self.letters(1)}-{d(5)}",
            f"{self.letters(2)}-{d(6)}",
            f"{d(3)}-{d(2)}-{d(4)}",
            f"{d(4)}-{d(4)}",
            f"K{d(6)}",
            f"C-{d(4)}-{d(2)}",
        )
        return rng.choice(forms)

    def code(self) -> str:
        """Draw the number or code of an invoice or order."""
        d, rng = self.digits, self.rng
        year = str(rng.randint(2019, 2030))
        forms = (
            d(rng.choice((3, 4, 4, 5, 5, 6, 7))),
            f"{year}-{d(rng.choice((2, 3, 4)))}",
            f"{year}/{d(rng.choice((2, 3, 4)))}",
            f"INV-{d(rng.choice((3, 4, 5)))}",
            f"INV{d(rng.choice((4, 5)))}",
            f"{self.letters(rng.choice((1, 2, 2, 3)))}-{d(rng.choice((3, 4, 5)))}",
            f"{self.letters(2)}{d(rng.choice((4, 5, 6)))}",
            f"{self.letters(1)}{d(rng.choice((3, 4, 5)))}",
            f"{self.letters(2)}-{year}-{d(3)}",
            f"{d(2)}-{d(4)}",
            f"{d(4)}-{self.letters(1)}",
            f"R{d(5)}",
            f"{self.letters(2)}/{d(3)}/{year[2:]}",
        )
        return rng.choice(forms)


def marked_person(namer: Namer, kind: str) -> str:
    """Draw a value of a kind of personal data, marked."""
    draw = {
        "name": namer.person,
        "email": namer.email,
        "phone": namer.phone,
        "address": namer.address,
        "number": namer.account,
    }[kind]
    return marked(kind, draw())
