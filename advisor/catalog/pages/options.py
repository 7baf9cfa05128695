"""What may be chosen from the catalog? Cards by family, each with size and licence."""

from typing import Any

from advisor.accounts.models import Team
from advisor.catalog.models import ModelCard
from advisor.catalog.pages.words import size
from advisor.catalog.selectors import cards_of
from advisor.sizing import naming

OTHERS = "Others"
OWN = "Your team's own"


def card_choices(team: Team) -> list[tuple[str, Any]]:
    """Return the cards that a team sees, its own first, then family by family."""
    families: dict[str, list[tuple[str, str]]] = {}
    own: list[tuple[str, str]] = []
    for card in cards_of(team):
        place = families.setdefault(card.family or OTHERS, [])
        (own if card.team_id else place).append((card.slug, _card(card)))
    shared = sorted((name, rows) for name, rows in families.items() if rows)
    return [(OWN, own), *shared] if own else shared


def _card(card: ModelCard) -> str:
    parameters = size(card.parameters) if card.parameters else ""
    parts = (card.name, parameters, naming.licence(card.licence))
    return ", ".join(part for part in parts if part)
