"""What would a refresh change, and how is it carried out? Shared rows alone.

A plan is made first and shown; carrying it out is one transaction. A fact that a hub
states as it stands gets the new source and date and is no change.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

from django.db import transaction

from advisor.catalog.facts import hub
from advisor.catalog.facts.price_file import PriceFileError, PriceRow
from advisor.catalog.models import Change, ModelCard, Price
from advisor.catalog.services.changing import (
    AMOUNTS,
    Said,
    end_prices,
    fact_changes,
    note,
    price_changes,
)
from advisor.catalog.services.importing import COLUMNS
from advisor.catalog.services.own_prices import price_slug
from advisor.engines.base import EngineError
from advisor.engines.fetching import Source, fetch
from advisor.engines.text import StrictJsonError, read_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What a refresh does to one row, and the changes that it makes, not stored yet.

    ``row`` is the card or price as it will be; ``over`` the price whose place it takes.
    Without changes only source and date are newer.
    """

    row: ModelCard | Price
    changes: tuple[Change, ...]
    over: Price | None = None


def hub_plan(
    source: Source, today: date, only: Collection[str] = ()
) -> tuple[list[Planned], list[str]]:
    """Return what a hub says of the shared models that name it, and what went wrong.

    ``only`` are slugs; without any, all models with a hub id are asked for, one by one.
    """
    cards = ModelCard.objects.filter(team__isnull=True, source__contains="/")
    cards = cards.exclude(source__startswith="builtin/").order_by("slug")
    planned: list[Planned] = []
    problems: list[str] = []
    for card in cards.filter(slug__in=only) if only else cards:
        try:
            said, revision = _ask(source, card.source)
        except (EngineError, StrictJsonError, ValueError) as error:
            problems.append(f"{card.slug}: {error}")
            continue
        planned += _card_plan(card, said, revision, source.base_url, today)
    return planned, problems


def price_plan(rows: Iterable[PriceRow]) -> list[Planned]:
    """Return what a price file changes of the shared prices.

    Raises:
        PriceFileError: Rows name models that the catalog does not have, or one price
            twice; all at once.
    """
    named = _names()
    held = {
        price.slug: price
        for price in Price.objects.filter(team__isnull=True, ended_at__isnull=True)
    }
    by_place = {
        (price.card_id, price.vendor.casefold()): price for price in held.values()
    }
    problems: list[str] = []
    planned: dict[str, Planned] = {}
    for row in rows:
        card = named.get(row.model.casefold())
        if card is None:
            problems.append(_unknown(row, named))
            continue
        before = by_place.get((card.pk, row.vendor.casefold()))
        now = _price_of(row, card, before)
        if now.slug in planned:
            told = (
                f"Row {row.row}: {row.model} at {row.vendor} stands in the file twice."
            )
            problems.append(told)
        planned[now.slug] = _price_step(now, before or held.get(now.slug))
    if problems:
        raise PriceFileError(problems)
    return [one for one in planned.values() if not _is_older(one)]


@transaction.atomic
def carry_out(planned: Iterable[Planned]) -> int:
    """Store what was planned; return how many facts changed."""
    changes: list[Change] = []
    for one in planned:
        if one.over is not None and one.changes:
            end_prices([one.over])
        one.row.save()
        changes += one.changes
    Change.objects.bulk_create(changes)
    return len(changes)


def _ask(source: Source, hub_id: str) -> tuple[dict[str, Any], str]:
    """Return the facts that a hub states of a model, and the commit they are of."""
    card = _document(fetch(source, hub.card_path(hub_id)))
    revision = hub.revision_of(card)
    found = hub.card_facts(card)
    if revision:
        path = hub.config_path(hub_id, revision)
        try:
            found = hub.config_facts(_document(fetch(source, path))) | found
        except EngineError as error:
            # Gated models show their card to everybody and their files to nobody.
            if error.failure.code not in ("unauthorised", "forbidden", "not_found"):
                raise
    return found, revision


def _document(body: bytes) -> Mapping[str, Any]:
    found = read_json(body)
    if not isinstance(found, Mapping):
        raise StrictJsonError("The hub answers with something else than an object.")
    return found


def _card_plan(
    card: ModelCard, said: Mapping[str, Any], revision: str, base: str, today: date
) -> list[Planned]:
    told = f"{base.rstrip('/')}/{card.source}"
    fresh = {
        name: {
            "value": value,
            "source": f"{told} @{revision[:8]}" if revision else told,
            "as_of": today.isoformat(),
            "unverified": False,
            "way": Change.Way.HUB.value,
        }
        for name, value in said.items()
    }
    facts = {**card.facts, **fresh}
    if not fresh or (facts == card.facts and revision == card.revision):
        return []
    about = Said(
        kind=Change.Kind.MODEL,
        slug=card.slug,
        name=card.name,
        way=Change.Way.HUB,
        source=told,
        as_of=today.isoformat(),
    )
    changes = fact_changes(about, card.facts, facts)
    if revision and revision != card.revision:
        changes.append(note(about, "revision", card.revision or None, revision))
    card.facts, card.revision = facts, revision or card.revision
    for name in COLUMNS:
        if name in fresh:
            setattr(card, name, fresh[name]["value"])
    return [Planned(row=card, changes=tuple(changes))]


def _names() -> dict[str, ModelCard]:
    named: dict[str, ModelCard] = {}
    for card in ModelCard.objects.filter(team__isnull=True):
        for name in (*card.aliases, card.name, card.slug):
            named[name.casefold()] = card
    return named


def _unknown(row: PriceRow, named: Mapping[str, ModelCard]) -> str:
    near = get_close_matches(row.model.casefold(), named, 1)
    hint = f" Did you mean {named[near[0]].slug}?" if near else ""
    return f"Row {row.row}: the catalog has no model {row.model[:80]!r}.{hint}"


def _price_of(row: PriceRow, card: ModelCard, before: Price | None) -> Price:
    return Price(
        slug=before.slug if before else price_slug(card, row.vendor),
        card=card,
        vendor=before.vendor if before else row.vendor,
        currency=row.currency,
        source=row.source,
        as_of=row.as_of,
        **{name: getattr(row, name) for name in AMOUNTS},
    )


def _price_step(now: Price, before: Price | None) -> Planned:
    said = Said(
        kind=Change.Kind.PRICE,
        slug=now.slug,
        name=f"{now.card.name if now.card else now.slug} at {now.vendor}",
        way=Change.Way.FILE,
        source=now.source,
        as_of=str(now.as_of),
    )
    changes = tuple(price_changes(said, before, now))
    if before is not None and not changes:
        # The amounts stand, so the row does: only the day of the last look moves on.
        before.source, before.as_of, before.unverified = now.source, now.as_of, False
        return Planned(row=before, changes=())
    return Planned(row=now, changes=changes, over=before)


def _is_older(one: Planned) -> bool:
    """Say whether a price is of an earlier day than the one that holds."""
    held = one.over.as_of if one.over else None
    told = one.row.as_of if isinstance(one.row, Price) else None
    return held is not None and told is not None and told < held
