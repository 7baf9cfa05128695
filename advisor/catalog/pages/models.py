"""Which models does the catalog know? The list, and one model beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from advisor.accounts.models import Membership
from advisor.catalog.forms.fit import PRECISIONS
from advisor.catalog.models import HardwareProfile, ModelCard
from advisor.catalog.pages.head import Head, head_of
from advisor.catalog.pages.listing import Asked, Filter
from advisor.catalog.pages.memory import fitting
from advisor.catalog.pages.model_filters import (
    filters_of,
    in_order,
    machine_of,
    newest_fact,
    nothing_left,
    tests_of,
    weights_gb,
)
from advisor.catalog.pages.model_panel import ModelPanel, panel_of
from advisor.catalog.pages.words import Told, bytes_in_gb, size, told_by
from advisor.catalog.selectors import cards_of, hardware_of
from advisor.sizing import formats, naming
from advisor.sizing.measurement import Figure
from advisor.web.gauge import Gauge
from advisor.web.parts import Paging

KNOWN = (
    *("q", "size", "licence", "fits", "family", "context", "language", "precision"),
    *("sort", "model"),
)
YARDSTICK = "nvidia-l4"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRow:
    """One model of the list."""

    name: str
    url: str
    note: str
    own: bool
    parameters: str
    unverified: bool
    licence: str
    context: str
    weights: str
    gauge: Gauge | None
    checked: Told
    picked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsPage:
    """The models that a reader sees."""

    title: str
    head: Head
    search: str
    filters: tuple[Filter, ...]
    more: tuple[Filter, ...]
    more_open: bool
    against: str
    rows: tuple[ModelRow, ...]
    paging: Paging
    count: str
    empty: str
    panel: ModelPanel | None


def models_page(
    membership: Membership | None, query: Mapping[str, str], today: date
) -> ModelsPage:
    """Return the list of models: the same few queries, however many there are."""
    team = membership.team if membership else None
    asked = Asked.of(query, KNOWN)
    cards, machines = list(cards_of(team)), list(hardware_of(team))
    filters, more = filters_of(asked, cards, machines)
    now = {one.name: one.value for one in (*filters, *more)}
    tests = tests_of(asked["q"], now, machines)
    found = [card for card in cards if all(test(card) for test in tests.values())]
    rows, paging = asked.part(in_order(found, now["sort"]))
    wanted = next((one for one in found if one.slug == asked["model"]), None)
    picked = wanted or next(iter(rows), None)
    yardstick = machine_of(machines, now["fits"] or YARDSTICK)
    return ModelsPage(
        title="Catalog: models",
        head=head_of(membership, "models"),
        search=asked["q"],
        filters=filters,
        more=more,
        more_open=any(one.value for one in more if one.name != "sort"),
        against=_against(now["precision"], yardstick),
        rows=tuple(
            _row(card, asked, now["precision"], yardstick, today, card is picked)
            for card in rows
        ),
        paging=paging,
        count=f"{formats.number(len(found))} of {formats.number(len(cards))}",
        empty=nothing_left(cards, tests),
        panel=panel_of(picked, today) if picked else None,
    )


def _against(precision: str, machine: HardwareProfile | None) -> str:
    label = dict(PRECISIONS)[precision or "fp8"]
    if machine is None or machine.memory_gb is None:
        return label
    return f"{label}, against {machine.memory_gb:g} GB"


def _row(
    card: ModelCard,
    asked: Asked,
    precision: str,
    machine: HardwareProfile | None,
    today: date,
    picked: bool,
) -> ModelRow:
    weights = weights_gb(card, precision or "fp8")
    held = Figure(weights, origin="estimated") if weights else None
    memory = machine.memory_gb if machine else None
    layers = (card.facts.get("layers") or {}).get("value")
    parts = (card.family, formats.count(layers, "layer") if layers else "")
    return ModelRow(
        name=card.name,
        url=f"{asked.link(model=card.slug, page=asked.page)}#facts",
        note=", ".join(part for part in parts if part),
        own=card.team_id is not None,
        parameters=size(card.parameters),
        unverified=bool((card.facts.get("parameters") or {}).get("unverified")),
        licence=naming.licence(card.licence),
        context=formats.number(card.context_tokens),
        weights=bytes_in_gb(weights) if weights else formats.DASH,
        gauge=fitting(held, memory).gauge,
        checked=told_by(newest_fact(card), today),
        picked=picked,
    )
