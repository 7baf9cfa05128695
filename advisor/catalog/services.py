"""How do the facts that ship with the product come into the database?

As shared rows, which belong to no team. An import adds what is new and corrects what
changed; rows of teams are never touched, and nothing is deleted, since frozen runs
may name it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, TypeVar

from django.db import transaction

from advisor import builtin
from advisor.catalog import facts
from advisor.catalog.models import HardwareProfile, ModelCard, Price

Row = TypeVar("Row", ModelCard, HardwareProfile, Price)
OURS = {"source": "trained by this product", "as_of": None, "unverified": False}


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rows an import added and corrected, and how many were right."""

    added: int
    corrected: int
    unchanged: int


@transaction.atomic
def import_facts() -> Imported:
    """Bring the shared rows in line with the facts that ship; return what was done."""
    cards = [*_card_rows(), *_builtin_rows()]
    done = [_bring_in(ModelCard, cards), _bring_in(HardwareProfile, _hardware_rows())]
    ids = dict(ModelCard.objects.filter(team__isnull=True).values_list("slug", "pk"))
    done.append(_bring_in(Price, _price_rows(ids)))
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
    unchanged = 0
    fields: set[str] = set()
    for values in wanted:
        row = known.get(values["slug"])
        if row is None:
            new.append(model(**values))
            continue
        differing = [key for key, value in values.items() if getattr(row, key) != value]
        for key in differing:
            setattr(row, key, values[key])
        fields.update(differing)
        changed += [row] if differing else []
        unchanged += not differing
    # Another process may import at the same time; its rows are as good.
    manager.bulk_create(new, ignore_conflicts=True)
    if changed:
        manager.bulk_update(changed, sorted(fields))
    return Imported(len(new), len(changed), unchanged)


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


def _builtin_rows() -> Iterator[dict[str, Any]]:
    """Yield a card for each model that ships with its weights."""
    for name in builtin.model_names():
        if not (builtin.model_path(name) / "card.json").is_file():
            continue
        card = builtin.model_card(name)
        context = card.get("context_tokens") or card.get("context")
        language = card.get("languages") or card.get("language") or []
        known = {
            "parameters": card.get("parameters"),
            "context_tokens": context,
            "licence": str(card.get("licence") or "").lower(),
            "languages": [language] if isinstance(language, str) else list(language),
        }
        yield {
            "slug": name,
            "aliases": [f"{builtin.PREFIX}{name}"],
            "name": str(card.get("title") or name),
            "family": "Built-in",
            "source": f"{builtin.PREFIX}{name}",
            **known,
            "facts": {
                key: {"value": value, **OURS} for key, value in known.items() if value
            },
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
