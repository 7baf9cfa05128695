"""What is known of one model? Every fact with its source, its prices, where it fits."""

from dataclasses import dataclass
from datetime import date

from advisor.accounts.models import Membership
from advisor.catalog import facts as shipped
from advisor.catalog.forms import FitForm
from advisor.catalog.models import HardwareProfile, ModelCard
from advisor.catalog.pages.changes import ChangeRow, change_rows
from advisor.catalog.pages.fit_table import FitTable, fit_table
from advisor.catalog.pages.head import own_base
from advisor.catalog.pages.model_panel import FactRow, fact_row, summary_of
from advisor.catalog.pages.prices import PriceRow, price_rows
from advisor.catalog.pages.words import FACTS
from advisor.catalog.selectors import changes_for, hardware_of, prices_of
from advisor.web.parts import Action, Link

CHANGES_SHOWN = 10
ANCHORS = (
    Link("Facts", "#all-h"),
    Link("Prices", "#prices-h"),
    Link("Where it fits", "#fits-h"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPage:
    """One model."""

    title: str
    crumbs: tuple[Link, ...]
    anchors: tuple[Link, ...]
    name: str
    lines: tuple[str, ...]
    note: str
    own: bool
    team: str
    edit: Action | None
    delete: str
    facts: tuple[FactRow, ...]
    prices: tuple[PriceRow, ...]
    add_price: str
    fits: FitTable
    changes: tuple[ChangeRow, ...]
    all_changes: str


def model_page(
    membership: Membership | None, card: ModelCard, form: FitForm, today: date
) -> ModelPage:
    """Return the page of one model; ``form`` asks for the work that has to fit."""
    team = membership.team if membership else None
    base = own_base(membership)
    own = card.team_id is not None
    changes = changes_for(team).filter(kind="model", slug=card.slug)
    told = shipped.model(card.slug)
    return ModelPage(
        title=card.name,
        crumbs=(Link("Catalog", "/catalog/models/"), Link(card.name, "")),
        anchors=ANCHORS,
        name=card.name,
        lines=_lines(card),
        note=(told.note or "") if told and not own else "",
        own=own,
        team=team.name if team else "",
        edit=edit_link(base, "models", card.slug, own),
        delete=f"{base}models/{card.slug}/delete/" if base and own else "",
        facts=fact_rows(card, today),
        prices=price_rows(prices_of(card, team), base, today),
        add_price=f"{base}prices/new/?model={card.slug}" if base else "",
        fits=fit_table(card, list(hardware_of(team)), form),
        changes=change_rows(changes[:CHANGES_SHOWN]),
        all_changes=f"/catalog/changes/?q={card.slug}",
    )


def edit_link(base: str, room: str, slug: str, own: bool) -> Action | None:
    """Return the way to change a row, or to put an own one in a shared one's place."""
    if not base:
        return None
    text = "Edit" if own else "Use own facts"
    return Action(text, f"{base}{room}/{slug}/edit/")


def _lines(card: ModelCard) -> tuple[str, ...]:
    parts = [summary_of(card), card.source]
    if card.revision:
        parts.append(f"revision {card.revision[:12]}")
    return tuple(part for part in parts if part)


def fact_rows(row: ModelCard | HardwareProfile, today: date) -> tuple[FactRow, ...]:
    """Return every fact: those that have words in their order, then the others."""
    order = {name: place for place, name in enumerate(FACTS)}
    names = sorted(row.facts, key=lambda name: (order.get(name, len(order)), name))
    return tuple(fact_row(name, row.facts[name], today) for name in names)
