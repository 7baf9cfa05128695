"""What do invented telephone, account and invoice numbers look like?"""

import random


def digits(rng: random.Random, count: int) -> str:
    """Draw digits."""
    return "".join(rng.choices("0123456789", k=count))


def phone(rng: random.Random) -> str:
    """Draw a telephone number."""
    forms = (
        f"555-{digits(rng, 4)}",
        f"555-{digits(rng, 4)}",
        f"({digits(rng, 3)}) 555-{digits(rng, 4)}",
        f"{digits(rng, 3)}-555-{digits(rng, 4)}",
        f"555 {digits(rng, 4)}",
        f"+1 {digits(rng, 3)} 555 {digits(rng, 4)}",
        f"+44 20 7946 0{digits(rng, 3)}",
        f"+44 {digits(rng, 4)} 555{digits(rng, 3)}",
        f"+49 30 555 {digits(rng, 4)}",
        f"0{digits(rng, 3)} 555 {digits(rng, 3)}",
        f"07{digits(rng, 3)} 555 {digits(rng, 3)}",
        f"555{digits(rng, 4)}",
        f"+33 1 55 5{digits(rng, 1)} {digits(rng, 2)} {digits(rng, 2)}",
        f"{digits(rng, 3)}.555.{digits(rng, 4)}",
        f"+41 44 555 {digits(rng, 2)} {digits(rng, 2)}",
        f"1-800-555-{digits(rng, 4)}",
    )
    return rng.choice(forms)


def letters(rng: random.Random, count: int) -> str:
    """Draw capital letters."""
    return "".join(rng.choices("ABCDEFGHJKLMNPQRSTUVWXYZ", k=count))


def postcode(rng: random.Random) -> str:
    """Draw a postcode of letters and figures."""
    area = f"{letters(rng, 2)}{rng.randint(1, 20)}"
    return f"{area} {rng.randint(1, 9)}{letters(rng, 2)}"


def _iban(rng: random.Random) -> str:
    start = f"{rng.choice(('DE', 'GB', 'FR', 'NL', 'CH', 'AT', 'ES'))}{digits(rng, 2)}"
    groups = " ".join(digits(rng, 4) for _ in range(rng.choice((4, 4, 3))))
    return f"{start} {groups} {digits(rng, 2)}"


def account(rng: random.Random) -> str:
    """Draw a card, account, IBAN, passport or customer number."""
    fours = " ".join(digits(rng, 4) for _ in range(4))
    forms = (
        fours,
        fours.replace(" ", "-"),
        fours.replace(" ", ""),
        _iban(rng),
        f"{letters(rng, 2)}{digits(rng, 20)}",
        digits(rng, rng.choice((6, 7, 8, 8, 9, 10))),
        digits(rng, rng.choice((6, 8, 10))),
        f"{letters(rng, 1)}{digits(rng, 8)}",
        f"{letters(rng, 2)}{digits(rng, 7)}",
        f"{letters(rng, 1)}-{digits(rng, 5)}",
        f"{letters(rng, 2)}-{digits(rng, 6)}",
        f"{digits(rng, 3)}-{digits(rng, 2)}-{digits(rng, 4)}",
        f"{digits(rng, 4)}-{digits(rng, 4)}",
        f"K{digits(rng, 6)}",
        f"C-{digits(rng, 4)}-{digits(rng, 2)}",
    )
    return rng.choice(forms)


def _lettered(rng: random.Random) -> str:
    start = letters(rng, rng.choice((1, 2, 2, 3)))
    return f"{start}-{digits(rng, rng.choice((3, 4, 5)))}"


def code(rng: random.Random) -> str:
    """Draw the number or code of an invoice or order."""
    year = str(rng.randint(2019, 2030))
    forms = (
        digits(rng, rng.choice((3, 4, 4, 5, 5, 6, 7))),
        f"{year}-{digits(rng, rng.choice((2, 3, 4)))}",
        f"{year}/{digits(rng, rng.choice((2, 3, 4)))}",
        f"INV-{digits(rng, rng.choice((3, 4, 5)))}",
        f"INV{digits(rng, rng.choice((4, 5)))}",
        _lettered(rng),
        f"{letters(rng, 2)}{digits(rng, rng.choice((4, 5, 6)))}",
        f"{letters(rng, 1)}{digits(rng, rng.choice((3, 4, 5)))}",
        f"{letters(rng, 2)}-{year}-{digits(rng, 3)}",
        f"{digits(rng, 2)}-{digits(rng, 4)}",
        f"{digits(rng, 4)}-{letters(rng, 1)}",
        f"R{digits(rng, 5)}",
        f"{letters(rng, 2)}/{digits(rng, 3)}/{year[2:]}",
    )
    return rng.choice(forms)
