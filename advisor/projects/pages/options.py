"""What may be chosen from the catalog? Machines, cards and endpoints of a team."""

from typing import Any

from advisor.accounts.models import Team
from advisor.catalog.models import HardwareProfile, ModelCard
from advisor.catalog.selectors import cards_of, hardware_of
from advisor.projects.schema.known import THIS_MACHINE
from advisor.sizing import formats


def machines(team: Team) -> list[tuple[str, str]]:
    """Return the machines that a project may be limited to, this one first."""
    here = (THIS_MACHINE, "This machine\nWhere local models run")
    return [here, *((one.slug, _machine(one)) for one in hardware_of(team))]


def cards(team: Team) -> list[tuple[str, Any]]:
    """Return the model cards by family, each with its size and licence."""
    families: dict[str, list[tuple[str, str]]] = {}
    for card in cards_of(team):
        families.setdefault(card.family or "Others", []).append(
            (card.slug, _card(card))
        )
    return sorted(families.items())


def endpoints(team: Team) -> list[tuple[str, str]]:
    """Return the team's endpoints by name."""
    found = team.endpoints.order_by("name", "pk")
    return [(str(one.pk), f"{one.name}, {one.model}") for one in found]


def size(parameters: int | None) -> str:
    """Return a number of parameters in thousands, millions or billions."""
    if parameters is None:
        return formats.DASH
    if parameters >= 1e9:
        return f"{parameters / 1e9:.3g} B"
    if parameters >= 1e6:
        return f"{parameters / 1e6:.3g} M"
    return f"{parameters / 1e3:.3g} K"


def _card(card: ModelCard) -> str:
    parts = (card.name, size(card.parameters) if card.parameters else "", card.licence)
    return ", ".join(part for part in parts if part)


def _machine(one: HardwareProfile) -> str:
    memory = "" if one.memory_gb is None else f"{one.memory_gb:g} GB"
    price = one.price_per_hour
    hourly = "" if price is None else f"{formats.money(float(price))} an hour"
    return f"{one.name}\n{' · '.join(part for part in (memory, hourly) if part)}"
