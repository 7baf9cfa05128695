"""Which machines does the catalog know, what do they cost, and what fits on each?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from advisor.accounts.models import Membership
from advisor.catalog import facts as shipped
from advisor.catalog.models import HardwareProfile, ModelCard
from advisor.catalog.pages.changes import ChangeRow, change_rows
from advisor.catalog.pages.head import Head, head_of, own_base
from advisor.catalog.pages.listing import Asked, Filter, chosen
from advisor.catalog.pages.memory import fitting, peak_of, shape_of, values_of
from advisor.catalog.pages.model import edit_link, fact_rows
from advisor.catalog.pages.model_panel import FactRow
from advisor.catalog.pages.words import KINDS, STALE_PRICE_DAYS, Told, say, told_by
from advisor.catalog.selectors import cards_of, changes_for, hardware_of
from advisor.sizing import formats
from advisor.sizing.measurement import Figure
from advisor.sizing.memory import Work
from advisor.web.parts import Action, Link, Paging, Verdict

KNOWN = ("q", "kind", "sort")
SORTS = (
    ("", "Sort: name"),
    ("memory", "Sort: most memory"),
    ("price", "Sort: cheapest"),
)
WORK = Work(prompt_tokens=8192, output_tokens=0, sequences=16, chunk=512)
PRECISION = "fp8"
WORK_TEXT = "FP8, 8,192 tokens, 16 parallel"
MODELS_SHOWN = 12
CHANGES_SHOWN = 10


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a machine costs by the hour at one provider."""

    provider: str
    instance: str
    price: str
    told: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A model that fits a machine."""

    name: str
    url: str
    verdict: Verdict
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MachinePage:
    """One machine."""

    title: str
    crumbs: tuple[Link, ...]
    name: str
    lines: tuple[str, ...]
    note: str
    own: bool
    team: str
    edit: Action | None
    delete: str
    facts: tuple[FactRow, ...]
    offers: tuple[Offer, ...]
    work: str
    fitted: tuple[Fitted, ...]
    changes: tuple[ChangeRow, ...]
    all_changes: str


Peaks = Sequence[tuple[ModelCard, Figure]]


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


def machine_page(
    membership: Membership | None, machine: HardwareProfile, today: date
) -> MachinePage:
    """Return the page of one machine."""
    team = membership.team if membership else None
    base = own_base(membership)
    own = machine.team_id is not None
    changes = changes_for(team).filter(kind="hardware", slug=machine.slug)
    told = shipped.machine(machine.slug)
    kind = KINDS.get(machine.kind, machine.kind)
    return MachinePage(
        title=machine.name,
        crumbs=(Link("Catalog", "/catalog/hardware/"), Link(machine.name, "")),
        name=machine.name,
        lines=(kind, say("memory_gb", machine.memory_gb)),
        note=(told.note or "") if told and not own else "",
        own=own,
        team=team.name if team else "",
        edit=edit_link(base, "hardware", machine.slug, own),
        delete=f"{base}hardware/{machine.slug}/delete/" if base and own else "",
        facts=fact_rows(machine, today),
        offers=_offers(machine.slug, today),
        work=WORK_TEXT,
        fitted=_fitted(machine, peaks_of(list(cards_of(team)))),
        changes=change_rows(changes[:CHANGES_SHOWN]),
        all_changes=f"/catalog/changes/?q={machine.slug}",
    )


def peaks_of(cards: Sequence[ModelCard]) -> Peaks:
    """Return the peak of each card whose shape is known, the largest model first."""
    found = [
        (card, peak)
        for card in cards
        if card.parameters
        and shape_of(card) is not None
        and (peak := peak_of(card, PRECISION, WORK)) is not None
    ]
    return sorted(found, key=lambda one: -(one[0].parameters or 0))


def _row(one: HardwareProfile, peaks: Peaks, today: date) -> HardwareRow:
    about = values_of(one)
    price = one.facts.get("price_per_hour")
    largest = next(iter(_fitted(one, peaks)), None)
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


def _fitted(machine: HardwareProfile, peaks: Peaks) -> tuple[Fitted, ...]:
    """Return the models that fit, the largest first."""
    found = ((card, fitting(peak, machine.memory_gb)) for card, peak in peaks)
    fitted = [
        Fitted(
            name=card.name,
            url=f"/catalog/models/{card.slug}/",
            verdict=one.verdict,
            text=one.text,
        )
        for card, one in found
        if one.fits
    ]
    return tuple(fitted[:MODELS_SHOWN])


def _offers(slug: str, today: date) -> tuple[Offer, ...]:
    """Return what a shared machine costs at each provider that is known."""
    told = shipped.machine(slug)
    return tuple(
        Offer(
            provider=one.provider,
            instance=one.instance,
            price=formats.money(one.usd_per_hour),
            told=told_by(
                {
                    "source": one.source,
                    "as_of": one.as_of,
                    "unverified": one.unverified,
                },
                today,
                STALE_PRICE_DAYS,
            ),
        )
        for one in (told.prices if told else ())
    )


def _sorted(machines: list[HardwareProfile], order: str) -> list[HardwareProfile]:
    if order == "memory":
        return sorted(machines, key=lambda one: -(one.memory_gb or 0))
    if order == "price":
        return sorted(machines, key=_dearness)
    return machines


def _dearness(one: HardwareProfile) -> tuple[bool, Any]:
    return one.price_per_hour is None, one.price_per_hour or 0
