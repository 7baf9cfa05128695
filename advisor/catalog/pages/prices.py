"""What does each model cost by the token, at whom, on whose word, and of when?"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from advisor.accounts.models import Membership
from advisor.catalog import facts as shipped
from advisor.catalog.models import Price
from advisor.catalog.pages.head import Head, head_of, own_base
from advisor.catalog.pages.listing import Asked, Filter, chosen, offered
from advisor.catalog.pages.vendors import vendor_name
from advisor.catalog.pages.words import STALE_PRICE_DAYS, Told, by_token, told_by
from advisor.catalog.selectors import current_prices
from advisor.sizing import formats
from advisor.web.parts import Notice, Paging

KNOWN = ("q", "vendor", "age", "sort")
AGES = (
    ("", "Any age"),
    ("fresh", f"Up to {STALE_PRICE_DAYS} days old"),
    ("stale", f"Older than {STALE_PRICE_DAYS} days"),
    ("own", "Your team's"),
)
SORTS = (
    ("", "Sort: model"),
    ("input", "Sort: cheapest input"),
    ("output", "Sort: cheapest output"),
    ("age", "Sort: oldest"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRow:
    """One price; ``edit`` and ``delete`` are empty where the reader may not."""

    model: str
    url: str
    vendor: str
    own: bool
    tokens_in: str
    tokens_out: str
    cached: str
    told: Told
    edit: str
    delete: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PricesPage:
    """The prices that a reader sees."""

    title: str
    head: Head
    search: str
    filters: tuple[Filter, ...]
    rows: tuple[PriceRow, ...]
    paging: Paging
    count: str
    notice: Notice | None


def prices_page(
    membership: Membership | None, query: Mapping[str, str], today: date
) -> PricesPage:
    """Return the list of prices: the same few queries, however many there are."""
    team = membership.team if membership else None
    asked = Asked.of(query, KNOWN)
    prices = list(current_prices(team))
    vendors = offered("Any vendor", {one.vendor for one in prices}, vendor_name)
    filters = (
        chosen(asked, "vendor", "Vendor", vendors),
        chosen(asked, "age", "Age", AGES),
        chosen(asked, "sort", "Sort by", SORTS),
    )
    vendor, age, order = (one.value for one in filters)
    found = [
        one
        for one in prices
        if asked["q"].casefold() in _searched(one)
        and (not vendor or one.vendor == vendor)
        and _is_of_age(one, age, today)
    ]
    rows, paging = asked.part(_sorted(found, order))
    return PricesPage(
        title="Catalog: prices",
        head=head_of(membership, "prices"),
        search=asked["q"],
        filters=filters,
        rows=price_rows(rows, own_base(membership), today),
        paging=paging,
        count=f"{formats.number(len(found))} of {formats.number(len(prices))}",
        notice=_notice(prices, today),
    )


def price_rows(prices: Iterable[Price], base: str, today: date) -> tuple[PriceRow, ...]:
    """Return prices as pages show them; ``base`` is where own ones are written."""
    return tuple(_row(price, base, today) for price in prices)


def _row(price: Price, base: str, today: date) -> PriceRow:
    own = price.team_id is not None
    at = f"{base}prices/{price.pk}/"
    fact = {
        "source": price.source,
        "as_of": price.as_of.isoformat() if price.as_of else None,
        "unverified": price.unverified,
    }
    return PriceRow(
        model=name_of(price),
        url=f"/catalog/models/{price.card.slug}/" if price.card else "",
        vendor=vendor_name(price.vendor),
        own=own,
        tokens_in=by_token(price.input_per_1m, price.currency),
        tokens_out=by_token(price.output_per_1m, price.currency),
        cached=by_token(price.cached_input_per_1m, price.currency),
        told=told_by(fact, today, STALE_PRICE_DAYS),
        edit=f"{at}edit/" if base and own else "",
        delete=f"{at}delete/" if base and own else "",
    )


def name_of(price: Price) -> str:
    """Return the name of the model that a price is of, by its card where it has one."""
    if price.card is not None:
        return price.card.name
    return _shipped_names().get(price.slug, price.slug)


@lru_cache(maxsize=1)
def _shipped_names() -> Mapping[str, str]:
    return {one.slug: one.name for one in shipped.prices()}


def _searched(price: Price) -> str:
    card = price.card
    names = (card.name, card.slug, card.family) if card else ()
    return " ".join(
        (price.slug, price.vendor, vendor_name(price.vendor), *names)
    ).casefold()


def _is_of_age(price: Price, age: str, today: date) -> bool:
    if age == "own":
        return price.team_id is not None
    return not age or (age == "stale") == is_stale(price.as_of, today)


def is_stale(as_of: date | None, today: date) -> bool:
    """Say whether a price is older than 30 days, or of no known day."""
    return as_of is None or (today - as_of).days > STALE_PRICE_DAYS


def _sorted(prices: list[Price], order: str) -> list[Price]:
    keys: dict[str, Callable[[Price], Any]] = {
        "input": lambda one: (one.input_per_1m is None, one.input_per_1m),
        "output": lambda one: (one.output_per_1m is None, one.output_per_1m),
        "age": lambda one: one.as_of or date.min,
    }
    return sorted(prices, key=keys[order]) if order in keys else prices


def _notice(prices: list[Price], today: date) -> Notice | None:
    """Warn of prices that nobody looked up for a while; costs may be wrong by them."""
    old = sum(is_stale(one.as_of, today) for one in prices)
    if not old:
        return None
    return Notice(
        kind="warn",
        icon="warn",
        title=f"{formats.count(old, 'price')} of {len(prices)}"
        f" {'is' if old == 1 else 'are'} older than {STALE_PRICE_DAYS} days.",
        text="Costs that use them say so. Check the vendor's list before you decide,"
        " or add your own price.",
    )
