"""What do the facts that ship with the product say of models, machines and prices?

Pure: reads the JSON files beside it and nothing else. Each fact has a source and the
date that the source is of; a fact without a source that anybody could look up is
unverified, and stays so wherever it is shown.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

DATA = Path(__file__).parent.parent / "data"
UNSOURCED = "no source"
# What transformers calls the shape of a model in its config.json.
CONFIG_KEYS = {
    "layers": "num_hidden_layers",
    "hidden_size": "hidden_size",
    "intermediate_size": "intermediate_size",
    "heads": "num_attention_heads",
    "kv_heads": "num_key_value_heads",
    "head_dim": "head_dim",
    "vocab_size": "vocab_size",
    "sliding_window": "sliding_window",
    "sliding_window_pattern": "sliding_window_pattern",
    "tied_embeddings": "tie_word_embeddings",
    "model_type": "model_type",
    "experts": "num_local_experts",
    "experts_per_token": "num_experts_per_tok",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A value, who says so, and when: a date, a month or a year; None is undated."""

    value: Any
    source: str
    as_of: str | None
    unverified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """What is known of one model; ``source`` is its hub id, empty where closed."""

    slug: str
    aliases: tuple[str, ...]
    name: str
    family: str
    source: str
    note: str | None
    facts: Mapping[str, Fact]

    def value(self, name: str) -> Any:
        """Return the value of a fact, None where it is not known."""
        fact = self.facts.get(name)
        return None if fact is None else fact.value

    def config(self) -> dict[str, Any] | None:
        """Return the shape as a ``config.json`` has it; None where it is not known.

        Hybrid and linear-attention models have none: their cache does not follow
        from the number of layers.
        """
        return config_of({name: fact.value for name, fact in self.facts.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class HourPrice:
    """What a machine costs: US dollars an hour and device, at one provider."""

    usd_per_hour: float
    provider: str
    instance: str
    source: str
    as_of: str | None
    unverified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HardwareFacts:
    """What is known of one machine, with the prices it is rented at."""

    slug: str
    aliases: tuple[str, ...]
    name: str
    kind: str
    note: str | None
    facts: Mapping[str, Fact]
    prices: tuple[HourPrice, ...]

    def value(self, name: str) -> Any:
        """Return the value of a fact, None where it is not known."""
        fact = self.facts.get(name)
        return None if fact is None else fact.value

    def price(self) -> HourPrice | None:
        """Return the newest sourced price, of equally new ones the dearest.

        Not the cheapest, so that no budget is met by picking the best offer of all.
        """
        return max(self.prices, key=_newness, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPrice:
    """What a model costs at one vendor, in ``currency`` per million tokens."""

    slug: str
    name: str
    card: str | None
    vendor: str
    currency: str
    input_per_1m: float
    output_per_1m: float
    cached_input_per_1m: float | None
    source: str
    as_of: str | None
    unverified: bool
    note: str | None


def config_of(values: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a model's shape as a ``config.json`` has it, from plain facts by name."""
    known = ("layers", "intermediate_size", "kv_cache_bytes_per_token_16bit")
    if any(values.get(name) is None for name in known):
        return None
    config = {
        key: values[name]
        for name, key in CONFIG_KEYS.items()
        if values.get(name) is not None
    }
    if "num_local_experts" in config:
        config["moe_intermediate_size"] = config["intermediate_size"]
    return config


def date_of(as_of: str | None) -> date | None:
    """Return the first day of a date, month or year, so that age is never too small."""
    if as_of is None:
        return None
    year, month, day = (*(int(part) for part in as_of.split("-")), 1, 1)[:3]
    return date(year, month, day)


@lru_cache(maxsize=1)
def models() -> tuple[ModelFacts, ...]:
    """Return all models that ship with the catalog."""
    rows, sources = _read("models")
    return tuple(
        ModelFacts(
            slug=row["slug"],
            aliases=tuple(row["aliases"]),
            name=row["name"],
            family=row["family"],
            source=row["source"],
            note=row["note"],
            facts=_facts(row["facts"], sources),
        )
        for row in rows
    )


@lru_cache(maxsize=1)
def hardware() -> tuple[HardwareFacts, ...]:
    """Return all machines that ship with the catalog."""
    rows, sources = _read("hardware")
    return tuple(
        HardwareFacts(
            slug=row["slug"],
            aliases=tuple(row["aliases"]),
            name=row["name"],
            kind=row["kind"],
            note=row["note"],
            facts=_facts(row["facts"], sources),
            prices=tuple(_hour_price(price, sources) for price in row["prices"]),
        )
        for row in rows
    )


@lru_cache(maxsize=1)
def prices() -> tuple[TokenPrice, ...]:
    """Return all token prices that ship with the catalog."""
    rows, sources = _read("prices")
    return tuple(
        TokenPrice(
            slug=row["slug"],
            name=row["name"],
            card=row["card"],
            vendor=row["vendor"],
            currency=row["currency"],
            input_per_1m=row["input_per_1m"],
            output_per_1m=row["output_per_1m"],
            cached_input_per_1m=row["cached_input_per_1m"],
            note=row.get("note"),
            **_source(row["from"], sources),
        )
        for row in rows
    )


def model(name: str) -> ModelFacts | None:
    """Return the model of a slug or alias, None for an unknown one."""
    return next((m for m in models() if name in (m.slug, *m.aliases)), None)


def machine(name: str) -> HardwareFacts | None:
    """Return the machine of a slug or alias, None for an unknown one."""
    return next((h for h in hardware() if name in (h.slug, *h.aliases)), None)


def _read(name: str) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
    values = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    return values[name], values["sources"]


def _source(key: str | None, sources: Mapping[str, Any]) -> dict[str, Any]:
    if key is None:
        return {"source": UNSOURCED, "as_of": None, "unverified": True}
    return {**sources[key], "unverified": False}


def _facts(
    rows: Mapping[str, Mapping[str, Any]], sources: Mapping[str, Any]
) -> Mapping[str, Fact]:
    found = {
        name: Fact(value=row["value"], **_source(row["from"], sources))
        for name, row in rows.items()
    }
    return MappingProxyType(found)


def _hour_price(row: Mapping[str, Any], sources: Mapping[str, Any]) -> HourPrice:
    return HourPrice(
        usd_per_hour=row["usd_per_hour"],
        provider=row["provider"],
        instance=row["instance"],
        **_source(row["from"], sources),
    )


def _newness(price: HourPrice) -> tuple[bool, date, float]:
    dated = date_of(price.as_of) or date.min
    return not price.unverified, dated, price.usd_per_hour
