"""Is this number what it looks like? Check digits of cards, accounts and identities.

A pattern alone flags every order number; the check digit of a real number is right by
chance in one of ten to ninety-seven cases only. Each function takes the text as it was
found, separators included. Rules: ISO 13616 (IBAN, with the lengths of its registry),
ISO/IEC 7812 (Luhn), ISO 7064 (tax number of Germany), and the published rules of the
national numbers named below.
"""

import re
from datetime import date

IBAN_LENGTHS = {
    code: length
    for length, codes in {
        15: "NO",
        16: "BE",
        18: "DK FI FO GL NL",
        19: "MK SI",
        20: "AT BA EE KZ LT LU XK",
        21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS",
        23: "AE GI IL",
        24: "AD CZ ES MD PK RO SA SE SK TN",
        25: "PT",
        26: "IS TR",
        27: "FR GR IT MC SM",
        28: "AL AZ CY DO HU LB PL",
        29: "BR PS QA UA",
        30: "JO KW",
        31: "MT",
    }.items()
    for code in codes.split()
}
SPANISH = "TRWAGMYFPDXBNJZSQVHLCKE"
ITALIAN_ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (1, 0, 5, 7, 9, 13, 15, 17, 19, 21)
        + (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18)
        + (20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23),
        strict=True,
    )
)
PESEL_WEIGHTS = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)


def digits_of(text: str) -> list[int]:
    """Return the decimal digits of ``text``."""
    return [int(char) for char in text if char in "0123456789"]


def iban_in(text: str) -> str | None:
    """Return the account number that ``text`` begins with, as written; None without.

    What follows the number may have been caught with it: its country says where it
    ends.
    """
    plain = re.sub(r"[ -]", "", text)
    length = IBAN_LENGTHS.get(plain[:2], 0)
    if not length or len(plain) < length:
        return None
    turned = plain[4:length] + plain[:4]
    if int("".join(str(int(char, 36)) for char in turned)) % 97 != 1:
        return None
    kept = 0
    for at, char in enumerate(text):
        kept += char not in " -"
        if kept == length:
            return text[: at + 1]
    return None


def luhn(text: str) -> bool:
    """Say whether the digits pass the check of payment cards."""
    digits = digits_of(text)[::-1]
    doubled = (2 * one - 9 * (one > 4) for one in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def card(text: str) -> bool:
    """Say whether it is a card number: 13 to 19 digits of a card's first digit."""
    digits = digits_of(text)
    different = len(set(digits)) > 1
    return (
        13 <= len(digits) <= 19
        and digits[0] in (2, 3, 4, 5, 6)
        and different
        and (luhn(text))
    )


def spanish(text: str) -> bool:
    """Say whether it is a DNI or NIE of Spain: the letter is the number modulo 23."""
    plain = text.replace("-", "").upper()
    number = int(plain[:-1].translate(str.maketrans("XYZ", "012")))
    return SPANISH[number % 23] == plain[-1]


def italian(text: str) -> bool:
    """Say whether it is a codice fiscale of Italy, by its last letter."""
    plain = text.upper()
    even = sum(int(char, 36) - 10 * char.isalpha() for char in plain[1:15:2])
    odd = sum(ITALIAN_ODD[char] for char in plain[0:15:2])
    return chr(ord("A") + (even + odd) % 26) == plain[15]


def french(text: str) -> bool:
    """Say whether it is a NIR of France: its key is 97 less the number modulo 97."""
    plain = "".join(map(str, digits_of(text)))
    return len(plain) == 15 and 97 - int(plain[:13]) % 97 == int(plain[13:])


def swiss(text: str) -> bool:
    """Say whether it is an AHV number of Switzerland: an EAN-13 from 756 on."""
    digits = digits_of(text)
    weighted = sum(one * (3 if at % 2 else 1) for at, one in enumerate(digits))
    return len(digits) == 13 and weighted % 10 == 0


def belgian(text: str) -> bool:
    """Say whether it is a national number of Belgium, of before 2000 or after."""
    digits = "".join(map(str, digits_of(text)))
    if len(digits) != 11 or not 1 <= int(digits[2:4]) <= 12:
        return False
    return int(digits[9:]) in (
        97 - int(digits[:9]) % 97,
        97 - int("2" + digits[:9]) % 97,
    )


def dutch(text: str) -> bool:
    """Say whether it is a BSN of the Netherlands, by the eleven test."""
    digits = digits_of(text)
    if len(digits) != 9:
        return False
    weighted = sum(one * (9 - at) for at, one in enumerate(digits[:8])) - digits[8]
    return weighted % 11 == 0


def eleven(text: str) -> bool:
    """Say whether eleven digits are a PESEL of Poland or a tax number of Germany."""
    digits = digits_of(text)
    return len(digits) == 11 and (_pesel(digits) or _steuer_id(digits))


def _pesel(digits: list[int]) -> bool:
    total = sum(a * b for a, b in zip(digits, PESEL_WEIGHTS, strict=False))
    if (10 - total % 10) % 10 != digits[10]:
        return False
    year, month, day = (10 * digits[at] + digits[at + 1] for at in (0, 2, 4))
    century = {0: 1900, 1: 2000, 2: 2100, 3: 2200, 4: 1800}[month // 20]
    try:
        date(century + year, month % 20, day)
    except ValueError:
        return False
    return True


def _steuer_id(digits: list[int]) -> bool:
    """Say so by ISO 7064 MOD 11,10; one of the first ten stands twice or thrice."""
    counts = sorted(digits[:10].count(one) for one in set(digits[:10]))
    if (
        digits[0] == 0
        or counts[-1] not in (2, 3)
        or counts[:-1] != [1] * (len(counts) - 1)
    ):
        return False
    product = 10
    for one in digits[:10]:
        product = ((one + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == digits[10]
