"""Which facts may a team see? Shared ones and its own; its own go before shared ones.

Names are slugs or aliases: ``qwen3-0-6b``, ``Qwen/Qwen3-0.6B``.
"""

from datetime import date
from typing import TypeVar

from django.db.models import F, Q, QuerySet

from advisor.accounts.models import Team
from advisor.catalog.models import HardwareProfile, ModelCard, Price

Named = TypeVar("Named", ModelCard, HardwareProfile)


def cards_of(team: Team) -> QuerySet[ModelCard]:
    """Return the model cards that the team sees, smallest first, unknown sizes last."""
    order = F("parameters").asc(nulls_last=True)
    return ModelCard.objects.filter(_visible(team)).order_by(order, "slug")


def hardware_of(team: Team) -> QuerySet[HardwareProfile]:
    """Return the machines that the team sees, by name."""
    return HardwareProfile.objects.filter(_visible(team)).order_by("name", "pk")


def card_by_name(team: Team, name: str) -> ModelCard | None:
    """Return the card of a slug or alias, None where the team sees none."""
    return _by_name(cards_of(team), name)


def hardware_by_name(team: Team, name: str) -> HardwareProfile | None:
    """Return the machine of a slug or alias, None where the team sees none."""
    return _by_name(hardware_of(team), name)


def prices_of(card: ModelCard, team: Team) -> list[Price]:
    """Return what the card costs at each vendor: own prices first, then the newest."""
    found = card.prices.filter(_visible(team))
    return sorted(found, key=_preference, reverse=True)


def price_of(card: ModelCard, team: Team) -> Price | None:
    """Return the price that a card goes by, None where none is known.

    The team's own, else the newest sourced one; of equally new ones the dearest, so
    that no budget is met by picking the best offer of all vendors.
    """
    return next(iter(prices_of(card, team)), None)


def _visible(team: Team) -> Q:
    return Q(team=team) | Q(team__isnull=True)


def _by_name(rows: QuerySet[Named], name: str) -> Named | None:
    by_slug = rows.filter(slug=name).order_by(F("team").asc(nulls_last=True))
    found = by_slug.first()
    if found is not None:
        return found
    # JSON containment has no form that SQLite knows, and catalogs are small.
    named = rows.values_list("pk", "team_id", "aliases")
    own_first = sorted(named, key=lambda row: row[1] is None)
    pk = next((pk for pk, _, aliases in own_first if name in aliases), None)
    return None if pk is None else rows.get(pk=pk)


def _preference(price: Price) -> tuple[bool, bool, date, float]:
    amount = float(price.input_per_1m or 0) + float(price.output_per_1m or 0)
    own = price.team_id is not None
    return own, not price.unverified, price.as_of or date.min, amount
