"""What does a token, an hour or a kilowatt-hour cost, who says so, and since when?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Literal

from advisor.sizing.errors import SizingError

STALE_AFTER_DAYS = 30

Unit = Literal[
    "1M input tokens",
    "1M cached input tokens",
    "1M output tokens",
    "1M reasoning tokens",
    "hour",
    "kWh",
    "purchase",
    "hour of work",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """An amount of money for one unit, with its source and date.

    ``as_of`` is None where the source is not dated; such a price counts as stale.
    An unknown price is no Price at all (None), never an amount of 0.
    """

    amount: float
    currency: str
    unit: Unit
    source: str
    as_of: date | None

    def __post_init__(self) -> None:
        if not isfinite(self.amount) or self.amount < 0:
            raise SizingError(
                f"A price must be 0 or more, got {self.amount} per {self.unit}. "
                "Leave an unknown price empty."
            )
        if not self.currency or not self.source:
            raise SizingError(
                f"The price per {self.unit} needs a currency and a source, got "
                f"{self.currency!r} and {self.source!r}. Name both."
            )

    def age_in_days(self, today: date) -> int | None:
        """Return the days since ``as_of``; None where the price has no date."""
        return None if self.as_of is None else (today - self.as_of).days


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPrices:
    """What an API asks per million tokens; None where it is not known.

    Without ``cached_input`` cached tokens cost what input costs, without
    ``reasoning`` reasoning tokens cost what output costs: the usual tariff, and
    never less than the bill.
    """

    input: Price | None
    output: Price | None
    cached_input: Price | None = None
    reasoning: Price | None = None

    def known(self) -> tuple[Price, ...]:
        """Return the prices that are known."""
        every = (self.input, self.output, self.cached_input, self.reasoning)
        return tuple(price for price in every if price is not None)


def stale(prices: Iterable[Price], today: date) -> tuple[Price, ...]:
    """Return the prices without a date or older than 30 days on ``today``."""
    aged = ((price, price.age_in_days(today)) for price in prices)
    return tuple(p for p, days in aged if days is None or days > STALE_AFTER_DAYS)


def stale_warning(price: Price, today: date) -> str:
    """Return the sentence that asks to check a stale ``price``."""
    what = f"The price of {price.amount:g} {price.currency} per {price.unit}"
    days = price.age_in_days(today)
    if days is None:
        return f"{what} ({price.source}) has no date; check that it still holds."
    return f"{what} ({price.source}) is {days} days old; check that it still holds."


def one_currency(prices: Iterable[Price]) -> str | None:
    """Return the currency that all ``prices`` share; None for no price at all."""
    currencies = sorted({price.currency for price in prices})
    if len(currencies) > 1:
        raise SizingError(
            f"Prices in one comparison need one currency, got {', '.join(currencies)}. "
            "Convert them first and keep the rate in the source."
        )
    return currencies[0] if currencies else None
