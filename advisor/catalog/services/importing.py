"""How do the facts that ship with the product come into the database?

As shared rows, which belong to no team. An import adds what is new and corrects what
changed; rows of teams are never touched, and nothing is deleted, since frozen runs
may name it. A fact that a refresh brought stays until a release ships a newer one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, TypeVar

from django.db import transaction

from advisor.catalog import facts
from advisor.catalog.models import Change, HardwareProfile, ModelCard, Price
from advisor.catalog.services.builtin_cards import builtin_rows
from advisor.catalog.services.changing import (
    Said,
    end_prices,
    fact_changes,
    note,
    price_changes,
)

Row = TypeVar("Row", ModelCard, HardwareProfile)
KINDS = {ModelCard: Change.Kind.MODEL, HardwareProfile: Change.Kind.HARDWARE}
# Columns that repeat a fact, so that lists can be filtered by it.
COLUMNS = ("parameters", "context_tokens", "licence", "languages")


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rows an import added and corrected, and how many were right."""

    added: int
    corrected: int
    unchanged: int


@transaction.atomic
def import_facts() -> Imported:
    """Bring the shared rows in line with the facts that ship; return what was done."""
    cards = [*_card_rows(), *builtin_rows()]
    done = [_bring_in(ModelCard, cards), _bring_in(HardwareProfile, _hardware_rows())]
    ids = dict(ModelCard.objects.filter(team__isnull=True).values_list("slug", "pk"))
    done.append(_bring_in_prices(_price_rows(ids)))
    return Imported(
        added=sum(one.added for one in done),
        corrected=sum(one.corrected for one in done),
        unchanged=sum(one.unchanged for one in done),
    )


def ensure_facts() -> None:
    """Import the facts unless the database has them; cheap to call at every start."""
    import_facts()


def _bring_in(model: type[Row], wanted: Iterable[Mapping[str, Any]]) -> Imported:
    """Add and correct shared rows of one kind, found by their slug."""
    manager = model._default_manager
    known = {row.slug: row for row in manager.filter(team__isnull=True)}
    new: list[Row] = []
    changed: list[Row] = []
    notes: list[Change] = []
    fields: set[str] = set()
    unchanged = 0
    for shipped in wanted:
        row = known.get(shipped["slug"])
        said = _of_row(model, shipped)
        if row is None:
            new.append(model(**shipped))
            # The first import is where the catalog begins, not a change of it.
            notes += [note(said, Change.Deed.ADDED, None, None)] if known else []
            continue
        values = _with_newer(shipped, row)
        differing = [key for key, value in values.items() if getattr(row, key) != value]
        if not differing:
            unchanged += 1
            continue
        notes += fact_changes(said, row.facts, values["facts"])
        changed.append(row)
        for key in differing:
            setattr(row, key, values[key])
        fields.update(differing)
    # Another process may import at the same time; its rows are as good.
    manager.bulk_create(new, ignore_conflicts=True)
    if changed:
        manager.bulk_update(changed, sorted(fields))
    Change.objects.bulk_create(notes)
    return Imported(len(new), len(changed), unchanged)


def _of_row(model: type[Row], shipped: Mapping[str, Any]) -> Said:
    return Said(
        kind=KINDS[model],
        slug=shipped["slug"],
        name=shipped["name"],
        way=Change.Way.SHIPPED,
    )


def _with_newer(shipped: Mapping[str, Any], row: ModelCard | HardwareProfile) -> Any:
    """Return what ships, but for the facts that a refresh brought since."""
    newer = {
        name: fact
        for name, fact in row.facts.items()
        if fact.get("way") and not _overtakes(shipped["facts"].get(name), fact)
    }
    if not newer:
        return shipped
    columns = {name: newer[name]["value"] for name in COLUMNS if name in newer}
    return {**shipped, **columns, "facts": {**shipped["facts"], **newer}}


def _overtakes(shipped: Mapping[str, Any] | None, stored: Mapping[str, Any]) -> bool:
    """Say whether a release states a fact later than it was read."""
    told = facts.date_of((shipped or {}).get("as_of"))
    read = facts.date_of(stored.get("as_of"))
    return told is not None and (read is None or told > read)


def _bring_in_prices(wanted: Iterable[Mapping[str, Any]]) -> Imported:
    """Add shared prices; one that differs takes the place of the one before."""
    shared = Price.objects.filter(team__isnull=True, ended_at__isnull=True)
    known = {row.slug: row for row in shared.select_related("card")}
    new: list[Price] = []
    over: list[Price] = []
    notes: list[Change] = []
    unchanged = 0
    for values in wanted:
        row, now = known.get(values["slug"]), Price(**values)
        if row is not None and not _is_news(row, values):
            unchanged += 1
            continue
        new.append(now)
        over += [row] if row else []
        notes += price_changes(_of_price(now), row, now) if known else []
    end_prices(over)
    Price.objects.bulk_create(new, ignore_conflicts=True)
    Change.objects.bulk_create(notes)
    return Imported(len(new) - len(over), len(over), unchanged)


def _is_news(row: Price, values: Mapping[str, Any]) -> bool:
    """Say whether a shipped price differs, and is not older than the one that holds."""
    told = values["as_of"]
    if row.as_of is not None and (told is None or told < row.as_of):
        return False
    return any(getattr(row, key) != value for key, value in values.items())


def _of_price(price: Price) -> Said:
    return Said(
        kind=Change.Kind.PRICE,
        slug=price.slug,
        name=f"{price.slug} at {price.vendor}",
        way=Change.Way.SHIPPED,
        source=price.source,
        as_of=str(price.as_of or ""),
    )


def _card_rows() -> Iterator[dict[str, Any]]:
    for model in facts.models():
        yield {
            "slug": model.slug,
            "aliases": list(model.aliases),
            "name": model.name,
            "family": model.family,
            "source": model.source,
            "parameters": model.value("parameters"),
            "context_tokens": model.value("context_tokens"),
            "licence": model.value("licence") or "",
            "facts": {name: asdict(fact) for name, fact in model.facts.items()},
        }


def _hardware_rows() -> Iterator[dict[str, Any]]:
    for machine in facts.hardware():
        price = machine.price()
        about = {name: asdict(fact) for name, fact in machine.facts.items()}
        if price is not None:
            told = asdict(price)
            about["price_per_hour"] = {"value": told.pop("usd_per_hour"), **told}
        yield {
            "slug": machine.slug,
            "aliases": list(machine.aliases),
            "name": machine.name,
            "kind": machine.kind,
            "memory_gb": machine.value("memory_gb"),
            "price_per_hour": _money(price.usd_per_hour, 4) if price else None,
            "facts": about,
        }


def _price_rows(card_ids: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    for price in facts.prices():
        yield {
            "slug": price.slug,
            "card_id": card_ids[price.card] if price.card else None,
            "vendor": price.vendor,
            "currency": price.currency,
            "input_per_1m": _money(price.input_per_1m, 6),
            "output_per_1m": _money(price.output_per_1m, 6),
            "cached_input_per_1m": _money(price.cached_input_per_1m, 6),
            "source": price.source,
            "as_of": facts.date_of(price.as_of),
            "unverified": price.unverified,
        }


def _money(amount: float | None, places: int) -> Decimal | None:
    return None if amount is None else round(Decimal(str(amount)), places)
