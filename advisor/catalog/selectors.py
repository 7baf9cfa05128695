"""Which facts may a team see? Shared ones and its own; its own go before shared ones.

A row of a team stands in for the shared row of the same slug: lists show the team's
alone. Names are slugs or aliases: ``qwen3-0-6b``, ``Qwen/Qwen3-0.6B``. Without a team
there are the shared rows only.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, When

from advisor.accounts.models import Team
from advisor.catalog.models import (
    Change,
    Endpoint,
    EndpointCheck,
    HardwareProfile,
    ModelCard,
    Price,
)
from advisor.web.clock import from_now

GIVEN_UP = 120  # seconds after which nobody will take a test of an endpoint
Named = TypeVar("Named", ModelCard, HardwareProfile)


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """What holds of a card today: its revision, and the price that it goes by."""

    card: ModelCard
    price: Price | None

    @property
    def revision(self) -> str:
        """The commit or name of the weights, empty where none is known."""
        return self.card.revision


def cards_of(team: Team | None) -> QuerySet[ModelCard]:
    """Return the model cards that the team sees, smallest first, unknown sizes last."""
    order = F("parameters").asc(nulls_last=True)
    return _in_force(ModelCard.objects.all(), team).order_by(order, "slug")


def hardware_of(team: Team | None) -> QuerySet[HardwareProfile]:
    """Return the machines that the team sees, by name."""
    return _in_force(HardwareProfile.objects.all(), team).order_by("name", "pk")


def card_by_name(team: Team | None, name: str) -> ModelCard | None:
    """Return the card of a slug, an alias or a place of weights; None for none.

    The place is the hub id or folder that a card names as its source, so that a model
    of the team's own that runs here goes by the team's card.
    """
    cards = cards_of(team)
    found = _by_name(cards, name)
    if found is None and name:
        own_first = F("team").asc(nulls_last=True)
        found = cards.filter(source=name).order_by(own_first, "slug").first()
    return found


def hardware_by_name(team: Team | None, name: str) -> HardwareProfile | None:
    """Return the machine of a slug or alias, None where the team sees none."""
    return _by_name(hardware_of(team), name)


def current_prices(team: Team | None) -> QuerySet[Price]:
    """Return the prices that hold now and that the team sees: its own, then by card."""
    found = Price.objects.filter(_visible(team), ended_at__isnull=True)
    own_first = F("team").asc(nulls_last=True)
    by_name = F("card__name").asc(nulls_last=True)
    return found.select_related("card").order_by(own_first, by_name, "slug", "pk")


def prices_of(card: ModelCard, team: Team | None) -> list[Price]:
    """Return what the card costs at each vendor: own prices first, then the newest.

    A team's own card goes by the prices of the shared card that it stands in for.
    """
    found = current_prices(team).filter(card__slug=card.slug)
    return sorted(found, key=_preference, reverse=True)


def price_of(card: ModelCard, team: Team | None) -> Price | None:
    """Return the price that a card goes by, None where none is known.

    The team's own, else the newest sourced one; of equally new ones the dearest, so
    that no budget is met by picking the best offer of all vendors.
    """
    return next(iter(prices_of(card, team)), None)


def current_of(team: Team, slugs: Collection[str]) -> dict[str, Current]:
    """Return what holds today of the cards of these slugs, in two queries.

    For setting what a run froze (``spec["card"]``, ``spec["price"]``) against today.
    """
    prices: defaultdict[str, list[Price]] = defaultdict(list)
    for price in current_prices(team).filter(card__slug__in=slugs):
        prices[price.card.slug if price.card else ""].append(price)
    return {
        card.slug: Current(
            card=card, price=max(prices[card.slug], key=_preference, default=None)
        )
        for card in cards_of(team).filter(slug__in=slugs)
    }


def changes_for(team: Team | None) -> QuerySet[Change]:
    """Return what changed in the facts that the team sees, newest first."""
    return Change.objects.filter(_visible(team)).order_by("-at", "-pk")


def endpoints_of(team: Team) -> QuerySet[Endpoint]:
    """Return the team's endpoints by name, each with its card."""
    found = Endpoint.objects.filter(team=team).select_related("card")
    return found.order_by("name", "pk")


def latest_checks(endpoint_ids: Collection[int]) -> dict[int, EndpointCheck]:
    """Return the newest test of each endpoint that has one, in one query.

    Each has `given_up`: whether nobody took it for so long that nobody will.
    """
    newer = EndpointCheck.objects.filter(
        endpoint=OuterRef("endpoint"), pk__gt=OuterRef("pk")
    )
    found = EndpointCheck.objects.filter(~Exists(newer), endpoint__in=endpoint_ids)
    late = Q(finished_at__isnull=True, asked_at__lt=from_now(-GIVEN_UP))
    told = found.annotate(given_up=Case(When(late, then=True), default=False))
    return {one.endpoint_id: one for one in told}


def _visible(team: Team | None) -> Q:
    shared = Q(team__isnull=True)
    return shared if team is None else Q(team=team) | shared


def _in_force(rows: QuerySet[Named], team: Team | None) -> QuerySet[Named]:
    """Leave out the shared rows that a row of the team stands in for."""
    if team is None:
        return rows.filter(team__isnull=True)
    own = rows.model._default_manager.filter(team=team, slug=OuterRef("slug"))
    return rows.filter(Q(team=team) | (Q(team__isnull=True) & ~Exists(own)))


def _by_name(rows: QuerySet[Named], name: str) -> Named | None:
    found = rows.filter(slug=name).first()
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
