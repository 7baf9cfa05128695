"""Where do invented people live, and which of their data does a message hold?"""

from collections.abc import Callable

from advisor.builtin.training import codes
from advisor.builtin.training.marks import marked
from advisor.builtin.training.people import Namer

_TOWNS = ("ton", "ford", "ville", "ham", " Bay", "field", "burg")
_KINDS = (
    "Street",
    "Road",
    "Avenue",
    "Lane",
    "Drive",
    "Way",
    "Close",
    "Square",
    "Terrace",
    "Court",
    "Hill",
    "St",
    "Rd",
    "Ave",
)
_STREETS = ("strasse", "weg", "gasse", "allee", " Platz")


def address(namer: Namer) -> str:
    """Draw street, number and, mostly, postcode and town."""
    rng = namer.rng
    name = rng.choice(
        (namer.word("words").capitalize(), namer.last(), namer.invented())
    )
    kind = rng.choice(_KINDS)
    town = rng.choice(
        (
            namer.invented(),
            f"{namer.word('words').capitalize()}{rng.choice(_TOWNS)}",
        )
    )
    number = str(rng.randint(1, 240)) + rng.choice(("", "", "", "", "a", "B"))
    code = rng.choice(
        (
            codes.digits(rng, 5),
            codes.digits(rng, 4),
            codes.postcode(rng),
        )
    )
    german = f"{name}{rng.choice(_STREETS)} {number}"
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


def marked_person(namer: Namer, kind: str) -> str:
    """Draw a value of a kind of personal data, marked."""
    draw: dict[str, Callable[[], str]] = {
        "name": namer.person,
        "email": namer.email,
        "phone": lambda: codes.phone(namer.rng),
        "address": lambda: address(namer),
        "number": lambda: codes.account(namer.rng),
    }
    return marked(kind, draw[kind]())
