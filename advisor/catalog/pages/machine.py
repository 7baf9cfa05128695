"""What is known of one machine? Its facts, its offers, and the models that fit."""

from dataclasses import dataclass
from datetime import date

from advisor.accounts.models import Membership
from advisor.catalog import facts as shipped
from advisor.catalog.models import HardwareProfile
from advisor.catalog.pages.changes import ChangeRow, change_rows
from advisor.catalog.pages.fitted import WORK_TEXT, Fitted, fitted_by, peaks_of
from advisor.catalog.pages.head import own_base
from advisor.catalog.pages.model import edit_link, fact_rows
from advisor.catalog.pages.model_panel import FactRow
from advisor.catalog.pages.words import KINDS, STALE_PRICE_DAYS, Told, say, told_by
from advisor.catalog.selectors import cards_of, changes_for
from advisor.sizing import formats
from advisor.web.parts import Action, Link

CHANGES_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a machine costs by the hour at one provider."""

    provider: str
    instance: str
    price: str
    told: Told


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
        fitted=fitted_by(machine, peaks_of(list(cards_of(team)))),
        changes=change_rows(changes[:CHANGES_SHOWN]),
        all_changes=f"/catalog/changes/?q={machine.slug}",
    )


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
