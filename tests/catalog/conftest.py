"""A team with a catalog: a few shared rows instead of all that ship."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from advisor.catalog.models import HardwareProfile, ModelCard, Price
from tests import people

alice, edith, bob = people.alice, people.edith, people.bob
charlie, team, browser = people.charlie, people.team, people.browser

SHAPE = {
    "layers": 36,
    "hidden_size": 2560,
    "intermediate_size": 9728,
    "heads": 32,
    "kv_heads": 8,
    "head_dim": 128,
    "vocab_size": 151_936,
    "model_type": "qwen3",
    "kv_cache_bytes_per_token_16bit": 147_456,
}


def fact(value: Any, as_of: str | None = "2026-11-20", **more: Any) -> dict[str, Any]:
    told = {"source": "https://models.example.com/card", "unverified": False}
    return {"value": value, "as_of": as_of, **told, **more}


def make_card(slug: str = "qwen3-4b", **values: Any) -> ModelCard:
    about = {
        "name": slug,
        "family": "Qwen3",
        "source": f"Qwen/{slug}",
        "parameters": 4_022_468_096,
        "context_tokens": 40_960,
        "licence": "apache-2.0",
        "languages": ["en"],
        **values,
    }
    known = ("parameters", "context_tokens", "licence", "languages")
    facts = {name: fact(about[name]) for name in known if about[name]}
    facts |= {name: fact(value) for name, value in SHAPE.items()}
    return ModelCard.objects.create(slug=slug, **{"facts": facts, **about})


def make_machine(slug: str = "nvidia-l4", **values: Any) -> HardwareProfile:
    numbers = {
        "memory_gb": 24.0,
        "memory_bandwidth_gbs": 300,
        "tflops_bf16_dense": 121,
        "price_per_hour": 0.98,
        **values.pop("numbers", {}),
    }
    about = {
        "name": slug.upper(),
        "kind": "gpu",
        "memory_gb": numbers["memory_gb"],
        "price_per_hour": Decimal(str(numbers["price_per_hour"])),
        **values,
    }
    facts = {name: fact(value) for name, value in numbers.items()}
    return HardwareProfile.objects.create(slug=slug, facts=facts, **about)


def make_price(card: ModelCard, vendor: str = "Contoso", **values: Any) -> Price:
    about = {
        "slug": f"{vendor.lower()}-{card.slug}",
        "input_per_1m": Decimal(2),
        "output_per_1m": Decimal(8),
        "source": "https://contoso.example.com/prices",
        "as_of": date(2026, 11, 20),
        **values,
    }
    return Price.objects.create(card=card, vendor=vendor, **about)


@pytest.fixture
def card(db: None) -> ModelCard:
    return make_card()


@pytest.fixture
def machine(db: None) -> HardwareProfile:
    return make_machine()
