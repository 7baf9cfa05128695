"""Which machines does the catalog know, what do they cost, and what fits on each?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from advisor.accounts.models import Membership
from advisor.catalog.models import HardwareProfile
from advisor.catalog.pages.fitted import WORK_TEXT, Fitted, Peaks, fitted_by, peaks_of
from advisor.catalog.pages.head import Head, head_of
from advisor.catalog.pages.listing import Asked, Filter, chosen
from advisor.catalog.pages.memory import values_of
from advisor.catalog.pages.words import KINDS, STALE_PRICE_DAYS, Told, say, told_by
from advisor.catalog.selectors import cards_of, hardware_of
from advisor.sizing import formats
from advisor.web.parts import Paging

KNOWN = ("q", "kind", "sort")
SORTS = (
    ("", "Sort: name"),
    ("memory", "Sort: most memory"),
    ("price", "Sort: cheapest"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HardwareRow:
    """One machine of the list."""

    name: str
    url: str
    own: bool
    kind: str
    memory: str
    bandwidth: str
    power: str
    price: str
    told: Told | None
    largest: str
    largest_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HardwarePage:
    """The machines that a reader sees."""

    title: str
    head: Head
    search: str
    filters: tuple[Filter, ...]
    work: str
    rows: tuple[HardwareRow, ...]
    paging: Paging
    count: str


def hardware_page(
    membership: Membership | None, query: Mapping[str, str], today: date
) -> HardwarePage:
    """Return the list of machines: the same few queries, however many there are."""
    team = membership.team if membership else None
    asked = Asked.of(query, KNOWN)
    machines = list(hardware_of(team))
    kinds = [("", "Any kind"), *KINDS.items()]
    filters = (
        chosen(asked, "kind", "Kind", kinds),
        chosen(asked, "sort", "Sort by", SORTS),
    )
    kind, order = (one.value for one in filters)
    text = asked["q"].casefold()
    found = [
        one
        for one in machines
        if text in " ".join((one.name, one.slug)).casefold()
        and (not kind or one.kind == kind)
    ]
    rows, paging = asked.part(_sorted(found, order))
    peaks = peaks_of(list(cards_of(team)))
    return HardwarePage(
        title="Catalog: hardware",
        head=head_of(membership, "hardware"),
        search=asked["q"],
        filters=filters,
        work=WORK_TEXT,
        rows=tuple(_row(one, peaks, today) for one in rows),
        paging=paging,
        count=f"{formats.number(len(found))} of {formats.number(len(machines))}",
    )


def _row(one: HardwareProfile, peaks: Peaks, today: date) -> HardwareRow:
    about = values_of(one)
    price = one.facts.get("price_per_hour")
    largest = next(iter(fitted_by(one, peaks)), None)
    return HardwareRow(
        name=one.name,
        url=f"/catalog/hardware/{one.slug}/",
        own=one.team_id is not None,
        kind=KINDS.get(one.kind, one.kind),
        memory=say("memory_gb", one.memory_gb),
        bandwidth=say("memory_bandwidth_gbs", about.get("memory_bandwidth_gbs")),
        power=say("tdp_w", about.get("tdp_w")),
        price=_price(one),
        told=told_by(price, today, STALE_PRICE_DAYS) if price else None,
        largest=_with_word(largest) if largest else formats.DASH,
        largest_url=largest.url if largest else "",
    )


def _with_word(fitted: Fitted) -> str:
    return fitted.name if fitted.verdict.text == "Fits" else f"{fitted.name}, tight"


def _price(one: HardwareProfile) -> str:
    price = one.price_per_hour
    if price is None:
        return formats.DASH
    return formats.money(float(price)) if price else "Owned"


def _sorted(machines: list[HardwareProfile], order: str) -> list[HardwareProfile]:
    if order == "memory":
        return sorted(machines, key=lambda one: -(one.memory_gb or 0))
    if order == "price":
        return sorted(machines, key=_dearness)
    return machines


def _dearness(one: HardwareProfile) -> tuple[bool, Any]:
    return one.price_per_hour is None, one.price_per_hour or 0
