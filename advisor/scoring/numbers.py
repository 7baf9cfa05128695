"""Which numbers does a text name, as a reader would see them?

Currency signs, percent signs and units beside a number do not count; thousands
separators do not change it; ``1,5`` is no number where the decimal sign is a point,
rather than silently 1, 5 or 15. Values are exact decimals, never binary floats.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

MINUS = "-−"
# One token of digits and separators, with a sign that is no operator between numbers.
TOKEN = re.compile(
    r"(?<![\w.,])(?:(?<![\w)\]%])(?P<sign>[-+−]))?(?:[$€£¥₹][ ]?(?P<minus>[-−]?))?"
    r"(?P<digits>(?:[.,](?=\d))?\d[\d.,'’\u00a0\u202f]*(?:[eE][-+]?\d{1,3})?)"
)
DIGITS_LIMIT = 400  # longer runs are noise, and slow to compute with


def numbers_in(text: str, decimal: str = ".") -> Iterator[Decimal]:
    """Yield each number that ``text`` names, in reading order.

    ``decimal`` is "." or ","; the other one separates thousands.
    """
    for token in TOKEN.finditer(text):
        value = parse(token["digits"], decimal)
        if value is not None:
            negative = (token["sign"] or "") in MINUS and bool(token["sign"])
            # copy_negate, not minus: that rounds to 28 digits.
            yield value.copy_negate() if negative or token["minus"] else value


def parse(digits: str, decimal: str = ".") -> Decimal | None:
    """Return the value of digits with separators, None when it is not one number."""
    mantissa, _, exponent = digits.lower().partition("e")
    mantissa = mantissa.rstrip(".,'’\u00a0\u202f")
    if len(mantissa) > DIGITS_LIMIT:
        return None
    whole, point, rest = mantissa.partition(decimal)
    thousands = "," if decimal == "." else "."
    begins = bool(point) and not whole  # .5
    if not (begins or _is_whole(whole, thousands)):
        return None
    if point and not rest.isdecimal():
        return None
    plain = re.sub(r"\D", "", whole) + (f".{rest}" if point else "")
    return Decimal(f"{plain}e{exponent}" if exponent else plain)


def _is_whole(text: str, thousands: str) -> bool:
    if text.isdecimal():
        return True
    # Groups of two before the last one are Indian: 1,00,000.
    for mark in (thousands, "'", "’", "\u00a0", "\u202f"):
        groups = text.split(mark)
        if len(groups) > 1 and all(group.isdecimal() for group in groups):
            sizes = [len(group) for group in groups]
            middle = set(sizes[1:-1])
            return sizes[0] <= 3 and sizes[-1] == 3 and middle <= {2, 3}
    return False
