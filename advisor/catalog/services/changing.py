"""How is a change of a fact remembered? What it was, what it is, who says so."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from advisor.accounts.models import Team, User
from advisor.catalog.models import Change, Price

AMOUNTS = ("input_per_1m", "output_per_1m", "cached_input_per_1m")
Facts = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a change is about, and on whose word: the part that its rows share."""

    kind: str
    slug: str
    name: str
    way: str
    team: Team | None = None
    by: User | None = None
    source: str = ""
    as_of: str = ""


def note(said: Said, fact: str, before: object, after: object) -> Change:
    """Return the row of one change, not stored yet."""
    return Change(
        team=said.team,
        kind=said.kind,
        slug=said.slug,
        name=said.name[:160],
        fact=fact[:60],
        before=_json(before),
        after=_json(after),
        source=said.source[:400],
        as_of=said.as_of,
        way=said.way,
        by=str(said.by)[:120] if said.by else "System",
    )


def differing(before: Facts, after: Facts) -> Iterator[tuple[str, Any, Any]]:
    """Yield name, old and new value of each fact that two sets state differently."""
    for name in sorted({*before, *after}):
        old = (before.get(name) or {}).get("value")
        new = (after.get(name) or {}).get("value")
        if old != new:
            yield name, old, new


def fact_changes(said: Said, before: Facts, after: Facts) -> list[Change]:
    """Return the rows of all facts that differ, each with its own source and date."""
    found = []
    for name, old, new in differing(before, after):
        fact = after.get(name) or {}
        row = note(said, name, old, new)
        row.source = str(fact.get("source") or said.source)[:400]
        row.as_of = str(fact.get("as_of") or said.as_of)
        found.append(row)
    return found


def end_prices(prices: Iterable[Price]) -> None:
    """Let prices hold until now; their rows stay."""
    ids = [price.pk for price in prices]
    Price.objects.filter(pk__in=ids).update(ended_at=timezone.now())


def price_changes(said: Said, before: Price | None, after: Price) -> list[Change]:
    """Return the rows of the amounts in which a price differs from the one before."""
    if before is None:
        amounts = {name: _json(getattr(after, name)) for name in AMOUNTS}
        return [note(said, Change.Deed.ADDED, None, amounts)]
    return [
        note(said, name, getattr(before, name), getattr(after, name))
        for name in AMOUNTS
        if getattr(before, name) != getattr(after, name)
    ]


def _json(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else value
