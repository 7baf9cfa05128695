"""What is known of the models that ship with their weights? By their own files."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from advisor import builtin
from advisor.catalog.facts.hub import config_facts

OURS = {"source": "trained by this product", "as_of": None, "unverified": False}


def builtin_rows() -> Iterator[dict[str, Any]]:
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
        told = {**_shape(name), **known}
        yield {
            "slug": name,
            "aliases": [f"{builtin.PREFIX}{name}"],
            "name": str(card.get("title") or name),
            "family": "Built-in",
            "source": f"{builtin.PREFIX}{name}",
            **known,
            "facts": {
                key: {"value": value, **OURS} for key, value in told.items() if value
            },
        }


def _shape(name: str) -> Mapping[str, Any]:
    path = builtin.model_path(name) / "config.json"
    if not path.is_file():
        return {}
    return config_facts(json.loads(path.read_text(encoding="utf-8")))
