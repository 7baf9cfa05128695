from datetime import date
from math import inf, nan

import pytest

from advisor.sizing.errors import SizingError
from advisor.sizing.prices import (
    Price,
    TokenPrices,
    one_currency,
    stale,
    stale_warning,
)

TODAY = date(2026, 3, 31)


def price(amount=1.0, currency="USD", as_of=TODAY, unit="1M input tokens"):
    return Price(
        amount=amount, currency=currency, unit=unit, source="price page", as_of=as_of
    )


def test_it_warns_from_the_thirty_first_day_on():
    fresh, old = price(as_of=date(2026, 3, 1)), price(as_of=date(2026, 2, 28))
    assert stale([fresh, old], TODAY) == (old,)
    assert stale_warning(old, TODAY) == (
        "The price of 1 USD per 1M input tokens (price page) is 31 days old; "
        "check that it still holds."
    )


def test_it_warns_of_a_price_without_a_date():
    undated = price(as_of=None)
    assert stale([undated], TODAY) == (undated,)
    assert stale_warning(undated, TODAY) == (
        "The price of 1 USD per 1M input tokens (price page) has no date; "
        "check that it still holds."
    )


def test_it_names_the_one_currency_of_all_prices():
    assert one_currency([price(), price(2.0)]) == "USD"
    assert one_currency([]) is None


def test_it_refuses_to_mix_currencies():
    with pytest.raises(SizingError, match="got EUR, USD"):
        one_currency([price(), price(currency="EUR")])


@pytest.mark.parametrize("amount", [-0.1, inf, nan])
def test_it_refuses_an_amount_nobody_can_ask(amount):
    with pytest.raises(SizingError, match="Leave an unknown price empty"):
        price(amount)


def test_it_refuses_a_price_without_a_source():
    with pytest.raises(SizingError, match="needs a currency and a source"):
        Price(amount=1.0, currency="USD", unit="hour", source="", as_of=TODAY)


def test_it_lists_only_the_prices_it_knows():
    known = price()
    assert TokenPrices(input=known, output=None).known() == (known,)
