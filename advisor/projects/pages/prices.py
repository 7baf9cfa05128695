"""What does a model of a draft cost? Typed, of its endpoint, or of its card."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from advisor.catalog.selectors import card_by_name, hardware_by_name, price_of
from advisor.projects.models import Setup


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """US dollars per million tokens in and out."""

    tokens_in: float
    tokens_out: float


def prices_of_entry(setup: Setup, entry: Mapping[str, Any]) -> Prices | None:
    """Return the price of an endpoint by the token, None where none is known."""
    team = setup.project.team
    typed = entry.get("price") or {}
    if typed.get("input_per_1m") is not None:
        return Prices(
            tokens_in=typed["input_per_1m"], tokens_out=typed["output_per_1m"]
        )
    endpoint = team.endpoints.filter(pk=entry.get("endpoint") or 0).first()
    card = card_by_name(team, str(entry.get("card") or "")) or (
        endpoint.card if endpoint else None
    )
    for known in (endpoint, price_of(card, team) if card else None):
        if known is None or known.input_per_1m is None or known.output_per_1m is None:
            continue
        return Prices(
            tokens_in=float(known.input_per_1m), tokens_out=float(known.output_per_1m)
        )
    return None


def hourly_of(setup: Setup, entry: Mapping[str, Any]) -> float | None:
    """Return the dollars an hour of a model's machine, None where unknown."""
    if entry.get("engine") != "transformers":
        return None
    typed = (entry.get("price") or {}).get("per_hour")
    if typed is not None:
        return float(typed)
    machine = hardware_by_name(setup.project.team, str(entry.get("hardware") or ""))
    listed = machine.price_per_hour if machine else None
    return None if listed is None else float(listed)
