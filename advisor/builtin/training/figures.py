"""How do people write numbers and amounts of money, and what do they mean?

As in `values`: every function returns the pair (text, standard form).
"""

import random
from decimal import Decimal

from advisor.builtin.training.spelled import words

Pair = tuple[str, str]

# Code: (signs before the figure, words behind it).
MONEY = {
    "EUR": (("€", "€ ", "EUR ", "EUR "), ("€", "EUR", "euros", "euro", "Euro", "eur")),
    "USD": (("$", "$", "US$", "USD "), ("USD", "dollars", "US dollars", "bucks", "$")),
    "GBP": (("£", "£", "GBP "), ("GBP", "pounds", "quid", "pounds sterling", "£")),
    "CHF": (("CHF ", "Fr. ", "SFr. "), ("CHF", "Swiss francs", "francs", "chf")),
    "JPY": (("¥", "¥", "JPY "), ("JPY", "yen", "Japanese yen", "Yen")),
    "INR": (("₹", "Rs ", "Rs. ", "INR "), ("INR", "rupees", "Indian rupees", "rupee")),
}


def size(rng: random.Random) -> int:
    """Draw a whole number of 1 to 6 digits; round ones are frequent."""
    digits = rng.choice((1, 2, 2, 3, 3, 3, 4, 4, 4, 5, 6))
    value = rng.randint(10 ** (digits - 1), 10**digits - 1)
    if rng.random() < 0.35 and digits > 1:
        step: int = 10 ** (digits - rng.choice((1, 2)))
        value = max(step, value // step * step)
    return value


def grouped(rng: random.Random, value: int) -> str:
    """Write a whole number, with or without a mark between thousands."""
    with_commas = f"{value:,}"
    if value < 1000:
        return with_commas
    mark = rng.choice((",", ",", ",", " ", "'", "", ""))
    return with_commas.replace(",", mark)


def number(rng: random.Random) -> Pair:
    """Draw a number that people write or say."""
    kind = rng.random()
    if kind < 0.28:
        value = size(rng)
        return grouped(rng, value), str(value)
    if kind < 0.5:
        value = rng.choice((rng.randint(1, 99), rng.randint(1, 999), size(rng)))
        said = words(value, rng.choice((" and ", " and ", " ")))
        if said.startswith("one ") and rng.random() < 0.6:
            said = "a" + said[3:]
        return said, str(value)
    if kind < 0.64:
        whole, part = rng.choice((rng.randint(0, 99), size(rng))), _tail(rng)
        mark = rng.choice((".", ".", ","))
        text = f"{grouped(rng, whole).replace(',', '')}{mark}{part}"
        return text, f"{whole}.{part}"
    if kind < 0.7:
        points, tenth = rng.randint(0, 99), rng.randint(1, 9)
        return f"{words(points)} point {words(tenth)}", f"{points}.{tenth}"
    return _large(rng) if kind < 0.9 else _dozens(rng)


def written_number(rng: random.Random, standard: str) -> str:
    """Write a given number in one of its simpler forms, a whole one also in words."""
    if "." in standard:
        whole, _, part = standard.partition(".")
        said = f"{words(int(whole))} point {' '.join(words(int(d)) for d in part)}"
        return rng.choice((standard, standard.replace(".", ","), said))
    value = int(standard)
    forms = [grouped(rng, value)]
    if value < 1_000_000:
        said = words(value, rng.choice((" and ", " ")))
        forms += [said, "a" + said[3:] if said.startswith("one ") else said]
    if value % 100 == 0:
        forms += [f"{value // 100} hundred", f"{words(min(value // 100, 99))} hundred"]
    if value % 500 == 0:
        forms += [
            f"{value / 1000:g}k",
            f"{value / 1000:g} thousand",
            f"{words(value // 1000 % 1000)} and a half thousand",
        ]
    if value % 12 == 0 and value < 200:
        forms += [f"{words(value // 12)} dozen", "a dozen", "half a dozen"][
            : 2 if value == 12 else 1
        ]
    return rng.choice(forms)


def _tail(rng: random.Random) -> str:
    digits = rng.choice((1, 1, 2, 2))
    return "".join(rng.choices("0123456789", k=digits - 1)) + rng.choice("123456789")


def _large(rng: random.Random) -> Pair:
    unit, names = rng.choice(
        (
            (1000, ("k", "k", " k", "K", " thousand", " thousand")),
            (1_000_000, (" million", " million", "m", " mn", " mio")),
            (100, (" hundred",)),
        )
    )
    figure = rng.choice((rng.randint(1, 20), rng.randint(1, 500)))
    name = rng.choice(names)
    if unit == 100:
        figure = rng.randint(2, 19)
        return f"{words(figure)}{name}", str(100 * figure)
    half = rng.random()
    if half < 0.2 and name[0] == " ":
        said = rng.choice(
            (f"{words(figure)} and a half{name}", f"{figure} and a half{name}")
        )
        return said, str(figure * unit + unit // 2)
    if half < 0.45:
        tenth = rng.randint(1, 9)
        mark = rng.choice("..,")
        return f"{figure}{mark}{tenth}{name}", str(figure * unit + tenth * unit // 10)
    if half < 0.47 and name.endswith("million"):
        return f"half a{name}", str(unit // 2)
    if name[0] == " " and rng.random() < 0.6:
        return f"{words(figure)}{name}", str(figure * unit)
    return f"{figure}{name}", str(figure * unit)


def _dozens(rng: random.Random) -> Pair:
    count = rng.randint(2, 12)
    forms = (
        ("a dozen", "12"),
        ("half a dozen", "6"),
        (f"{words(count)} dozen", str(12 * count)),
        (f"{count} dozen", str(12 * count)),
        ("a dozen and a half", "18"),
        (f"{words(count)} and a half", f"{count}.5"),
        (f"{words(count)} and a quarter", f"{count}.25"),
        (f"{words(count)} and three quarters", f"{count}.75"),
        ("a hundred", "100"),
        ("a thousand", "1000"),
        ("three quarters", "0.75"),
        ("one half", "0.5"),
        ("half a", "0.5"),
        ("a quarter", "0.25"),
        ("one and a half", "1.5"),
        ("a million", "1000000"),
        ("zero", "0"),
        (f"minus {words(count)}", f"-{count}"),
        (f"minus {count}", f"-{count}"),
        ("a couple of hundred", "200"),
    )
    return rng.choice(forms)


def amount(rng: random.Random, codes: tuple[str, ...] = tuple(MONEY)) -> Pair:
    """Draw an amount of money; the standard form is like 1299.00 EUR."""
    code = rng.choice(codes)
    value = Decimal(size(rng))
    if code == "JPY":
        return written_amount(rng, value, code), f"{value:.2f} {code}"
    if rng.random() < 0.03:
        value = Decimal(rng.randint(1, 99)) / 100
        return written_amount(rng, value, code), f"{value:.2f} {code}"
    if rng.random() < 0.04:
        return _millions(rng, code)
    if rng.random() < 0.45:
        value += Decimal(rng.choice((50, 90, 95, 99, 5, rng.randint(1, 99)))) / 100
    return written_amount(rng, value, code), f"{value:.2f} {code}"


def _millions(rng: random.Random, code: str) -> Pair:
    name = rng.choice([n for n in MONEY[code][1] if n.islower() and len(n) > 2])
    half = rng.random() < 0.4
    count = rng.randint(1, 20)
    said = words(count) if rng.random() < 0.6 else str(count)
    unit, worth = rng.choice((("million", 1_000_000), ("thousand", 1000)))
    value = count * worth + (worth // 2 if half else 0)
    if half and rng.random() < 0.5:
        return f"{count}.5 {unit} {name}", f"{value}.00 {code}"
    return f"{said}{' and a half' if half else ''} {unit} {name}", f"{value}.00 {code}"


def written_amount(rng: random.Random, value: Decimal, code: str) -> str:
    """Write an amount in one of its forms."""
    before, behind = MONEY[code]
    if rng.random() < 0.2 and (1 <= value < 10_000 or rng.random() < 0.4 and value < 1):
        return _said_amount(rng, value, code)
    figure = _figure(rng, value, code)
    if rng.random() < 0.5:
        return f"{rng.choice(before)}{figure}"
    name = rng.choice(behind)
    return f"{figure}{rng.choice(('', ' ')) if len(name) == 1 else ' '}{name}"


def _figure(rng: random.Random, value: Decimal, code: str) -> str:
    whole, cents = int(value), int(value * 100) % 100
    if code in ("EUR", "CHF") and rng.random() < 0.45:
        thousands = f"{whole:,}".replace(
            ",", rng.choice(". '" if code == "EUR" else "''")
        )
        if cents or rng.random() < 0.6:
            return (
                f"{thousands},{cents:02}"
                if code == "EUR"
                else f"{thousands}.{cents:02}"
            )
        return thousands + rng.choice(
            (",-", ".-", ",--", ",00") if code == "EUR" else (".-", ".-")
        )
    text = grouped(rng, whole)
    if not cents and whole % 100 == 0 and whole >= 1000 and rng.random() < 0.15:
        return f"{Decimal(whole) / 1000:f}".rstrip("0").rstrip(".") + "k"
    return text + (f".{cents:02}" if cents or rng.random() < 0.4 else "")


def _said_amount(rng: random.Random, value: Decimal, code: str) -> str:
    whole, cents = int(value), int(value * 100) % 100
    small = {"EUR": "cents in euro", "GBP": "pence", "USD": "US cents", "CHF": "rappen"}
    if not whole and code not in small:
        return f"{code} {value:.2f}"
    if not whole:
        return f"{words(cents) if rng.random() < 0.6 else cents} {small[code]}"
    names = [n for n in MONEY[code][1] if n.islower() and len(n) > 3] or [code]
    said = (
        words(whole, rng.choice((" and ", " "))) if rng.random() < 0.8 else str(whole)
    )
    if not cents and whole in (1500, 2500, 3500, 4500, 7500) and rng.random() < 0.5:
        said = f"{words(whole // 1000)} and a half thousand"
    elif not cents and whole % 1000 == 0 and rng.random() < 0.3:
        said = f"{whole // 1000} thousand"
    elif said.startswith("one ") and rng.random() < 0.5:
        said = f"a{said[3:]}"
    name = rng.choice(names)
    if not cents:
        return f"{said} {name}"
    tail = words(cents) if rng.random() < 0.7 else f"{cents:02}"
    return f"{said} {name} {rng.choice(('and ', ''))}{tail}"
