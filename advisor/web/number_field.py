"""How is a number read that a person typed? Separators, comma or point, and a range."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

# One sign between all groups, and no group of zero: 0,125 is an eighth.
GROUPED = re.compile(r"^[+-]?[1-9]\d{0,2}([,.\u00a0\u202f ])\d{3}(\1\d{3})*$")
SPACES = str.maketrans("", "", " \u00a0\u202f'")


def read_number(text: str) -> float:
    """Return the number that ``text`` spells: 3,000,000, 2.5 or 2,5.

    Raises:
        ValueError: It spells none.
    """
    plain = text.translate(SPACES)
    if "," in plain and "." in plain:
        decimal = max(plain.rfind(","), plain.rfind("."))
        whole = plain[:decimal].replace(",", "").replace(".", "")
        plain = f"{whole}.{plain[decimal + 1 :]}"
    elif GROUPED.match(text) and ("," in text or plain.count(".") > 1):
        plain = plain.replace(",", "").replace(".", "")
    else:
        plain = plain.replace(",", ".")
    number = float(plain)
    if number in (float("inf"), float("-inf")) or number != number:  # noqa: PLR0124
        raise ValueError
    return number


class NumberField(forms.CharField):
    """A number in a range, shown grouped; empty is None.

    ``message`` is what a value outside the range, or no number at all, is answered;
    ``before`` and ``after`` are the units that the field component shows beside it.
    """

    def __init__(
        self,
        *,
        low: float,
        high: float,
        message: str,
        whole: bool = False,
        before: str = "",
        after: str = "",
        **options: Any,
    ) -> None:
        self.low, self.high, self.whole = low, high, whole
        self.message = message
        self.affix_before, self.affix_after = before, after
        attrs = {"inputmode": "numeric" if whole else "decimal", "autocomplete": "off"}
        super().__init__(widget=forms.TextInput(attrs=attrs), **options)

    def to_python(self, value: Any) -> Any:
        """Return the number, or None for an empty field."""
        text = super().to_python(value) or ""
        if text in self.empty_values:
            return None
        try:
            number = read_number(text)
        except ValueError:
            raise ValidationError(self.message) from None
        if not self.low <= number <= self.high or (self.whole and number % 1):
            raise ValidationError(self.message)
        return int(number) if self.whole else number

    def prepare_value(self, value: Any) -> Any:
        """Return a stored number as it is typed: grouped, without needless zeros."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return value
        return f"{value:,.10g}" if value < 1e10 else f"{value:,.0f}"


def whole_field(
    label: str, low: int, high: int, message: str, *, after: str = "", **options: Any
) -> NumberField:
    """Return the field of a whole number in a range."""
    return NumberField(
        label=label,
        low=low,
        high=high,
        message=message,
        whole=True,
        after=after,
        **options,
    )


def measure_field(
    label: str,
    low: float,
    high: float,
    message: str,
    *,
    unit: tuple[str, str] = ("", ""),
    **options: Any,
) -> NumberField:
    """Return the field of a number in a range, with its unit before or after it."""
    before, after = unit
    return NumberField(
        label=label,
        low=low,
        high=high,
        message=message,
        before=before,
        after=after,
        **options,
    )
