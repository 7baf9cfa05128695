"""What holds today of the facts that runs were frozen with? Plain values, few queries.

Two readings are equal exactly where nothing changed in between.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from advisor.accounts.models import Team
from advisor.catalog.models import Endpoint
from advisor.catalog.selectors import current_of, hardware_of
from advisor.projects.models import SampleSet


class Priced(NamedTuple):
    """A price by the token in US dollars a million, and since when it holds."""

    input_per_1m: float | None
    output_per_1m: float | None
    since: date


class Card(NamedTuple):
    """A model of the catalog."""

    key: str
    name: str
    revision: str
    updated_at: datetime
    price: Priced | None


class Machine(NamedTuple):
    """A machine and its US dollars an hour."""

    key: str
    name: str
    per_hour: float | None
    on: date


class Served(NamedTuple):
    """An endpoint: what it offers, and its price with the day of its last change."""

    key: int
    name: str
    base_url: str
    model: str
    price: Priced


class Samples(NamedTuple):
    """The newest sample set of a project, and since when it is."""

    key: int
    sha256: str
    on: date


Keyed = TypeVar("Keyed", Card, Machine, Served)


@dataclass(frozen=True)
class Today:
    """What holds of cards, machines, endpoints and sample sets."""

    cards: tuple[Card, ...]
    machines: tuple[Machine, ...]
    endpoints: tuple[Served, ...]
    samples: tuple[Samples, ...]

    def card(self, key: Any) -> Card | None:
        """Return the card of a slug; None where there is none."""
        return _find(self.cards, key)

    def machine(self, key: Any) -> Machine | None:
        """Return the machine of a slug; None where there is none."""
        return _find(self.machines, key)

    def endpoint(self, key: Any) -> Served | None:
        """Return an endpoint; None where it is gone."""
        return _find(self.endpoints, key)

    def sample_set(self, key: Any) -> Samples | None:
        """Return the newest sample set of a project; None where there is none."""
        return self._newest.get(key)

    @cached_property
    def _newest(self) -> dict[int, Samples]:
        return {one.key: one for one in self.samples}


def today_of(
    team: Team,
    *,
    projects: Collection[int],
    cards: Collection[str],
    machines: Collection[str],
    endpoints: Collection[int],
) -> Today:
    """Return what holds today of what is named; at most five queries."""
    return Today(
        cards=_cards(team, cards) if cards else (),
        machines=_machines(team, machines) if machines else (),
        endpoints=_endpoints(endpoints) if endpoints else (),
        samples=_samples(projects) if projects else (),
    )


def _cards(team: Team, slugs: Collection[str]) -> tuple[Card, ...]:
    found = []
    for slug, one in sorted(current_of(team, slugs).items()):
        price = None if one.price is None else _priced(one.price, one.price.since)
        card = one.card
        found.append(Card(slug, card.name, one.revision, card.updated_at, price))
    return tuple(found)


def _machines(team: Team, slugs: Collection[str]) -> tuple[Machine, ...]:
    rows = hardware_of(team).filter(slug__in=slugs)
    listed = rows.values_list("slug", "name", "price_per_hour", "updated_at")
    return tuple(
        Machine(slug, name, _number(price), at.date())
        for slug, name, price, at in listed
    )


def _endpoints(pks: Collection[int]) -> tuple[Served, ...]:
    rows = Endpoint.objects.filter(pk__in=pks).order_by("pk")
    return tuple(
        Served(one.pk, one.name, one.base_url, one.model, _priced(one, one.updated_at))
        for one in rows
    )


def _samples(projects: Collection[int]) -> tuple[Samples, ...]:
    rows = SampleSet.objects.filter(project__in=projects).order_by("version")
    listed = rows.values_list("project_id", "sha256", "created_at")
    newest = {pk: Samples(pk, sha256, at.date()) for pk, sha256, at in listed}
    return tuple(newest.values())


def _find(listed: Iterable[Keyed], key: Any) -> Keyed | None:
    return next((one for one in listed if one.key == key), None)


def _priced(row: Any, since: datetime) -> Priced:
    return Priced(_number(row.input_per_1m), _number(row.output_per_1m), since.date())


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
