"""What does a hub say of a model? Its two documents, read into facts.

The card of the model (``/api/models/ID``, as huggingface.co answers it) and the
``config.json`` of the revision that the card names. What they do not say, or say in a
form that is not known, is no fact.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from advisor.catalog.facts.shipped import CONFIG_KEYS
from advisor.sizing import naming
from advisor.sizing.architecture import Architecture, from_config
from advisor.sizing.errors import SizingError
from advisor.sizing.kv_cache import sequence_bytes

REVISION = re.compile(r"[0-9a-f]{40}")
LANGUAGE = re.compile(r"[a-z]{2,3}")
CONTEXT_KEYS = ("max_position_embeddings", "n_positions", "max_sequence_length")
EXPERT_KEYS = ("num_local_experts", "num_experts", "n_routed_experts")
LONGEST = 80
# Above these a number is a slip, or meant to wear the reader out.
MOST_LAYERS, MOST_CONTEXT, MOST_COUNT = 10_000, 100_000_000, 10**14


def card_path(hub_id: str) -> str:
    """Return where a hub keeps the card of a model."""
    return f"/api/models/{hub_id}"


def config_path(hub_id: str, revision: str) -> str:
    """Return where a hub keeps the configuration of one revision."""
    return f"/{hub_id}/raw/{revision}/config.json"


def revision_of(card: Mapping[str, Any]) -> str:
    """Return the commit that a card speaks of, empty where it names none."""
    sha = str(card.get("sha") or "")
    return sha if REVISION.fullmatch(sha) else ""


def card_facts(card: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of a hub's card: parameters, licence, languages."""
    about = _mapping(card.get("cardData"))
    weights = _mapping(card.get("safetensors"))
    found = {
        "parameters": _count(weights.get("total")),
        "licence": _licence(about),
        "languages": list(_languages(about.get("language"))),
    }
    return {name: value for name, value in found.items() if value}


def config_facts(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of a ``config.json``: context and shape.

    The bytes that a token takes in the cache are calculated where all layers keep
    every token; hybrids have no such number. Nothing is read of a configuration with
    numbers that no model has.
    """
    text = _mapping(config.get("text_config")) or config
    if not all(map(_is_possible, (config, text))):
        return {}
    found: dict[str, Any] = {
        name: text[key]
        for name, key in CONFIG_KEYS.items()
        if _is_said(name, text.get(key))
    }
    for name, keys in (("context_tokens", CONTEXT_KEYS), ("experts", EXPERT_KEYS)):
        value = next((_count(text.get(key)) for key in keys if text.get(key)), None)
        if value and (name != "context_tokens" or value <= MOST_CONTEXT):
            found[name] = value
    dtype = text.get("dtype") or text.get("torch_dtype")
    if isinstance(dtype, str):
        found["dtype"] = dtype[:LONGEST]
    width = _count(text.get("moe_intermediate_size"))
    if width and "experts" in found:
        # What cards call so is the width of one expert, not that of dense layers.
        found["intermediate_size"] = width
    shape = _shape(config)
    return found if shape is None else _with_layers(found, shape)


def _is_possible(config: Mapping[str, Any]) -> bool:
    layers = [config.get(key) for key in ("num_hidden_layers", "n_layer")]
    deep = any(isinstance(one, int) and one > MOST_LAYERS for one in layers)
    numbers = [one for one in config.values() if isinstance(one, int)]
    return not deep and all(abs(one) <= MOST_COUNT for one in numbers)


def _is_said(name: str, value: object) -> bool:
    """Say whether a value has the kind that its fact has."""
    if name == "model_type":
        return isinstance(value, str) and 0 < len(value) <= LONGEST
    if name == "tied_embeddings":
        return isinstance(value, bool)
    return _count(value) is not None


def _shape(config: Mapping[str, Any]) -> Architecture | None:
    """Return the shape whose layers all keep tokens, None of any other."""
    try:
        shape = from_config(config)
    except (SizingError, TypeError, ValueError, ArithmeticError):
        return None
    known = all(layer.kind in ("full", "sliding") for layer in shape.layers)
    return shape if known else None


def _with_layers(found: dict[str, Any], shape: Architecture) -> dict[str, Any]:
    """Return facts with what the layers keep, however the configuration says it.

    Newer ones list each layer, or name a window that no layer uses; facts hold one
    window, and after how many layers one sees everything. Where that cannot say it,
    the window is left out: a layer then counts for too much, and never for too little.
    """
    names = ("sliding_window", "sliding_window_pattern")
    facts = {name: value for name, value in found.items() if name not in names}
    facts["kv_cache_bytes_per_token_16bit"] = round(sequence_bytes(shape, 1, 2.0))
    windows = [layer.window for layer in shape.layers]
    every = windows.index(None) + 1 if None in windows else len(windows) + 1
    regular = all(
        (window is None) == (place % every == 0)
        for place, window in enumerate(windows, 1)
    )
    if windows[0] is None or not regular:
        return facts
    facts["sliding_window"] = windows[0]
    if None in windows:
        facts["sliding_window_pattern"] = every
    return facts


def _licence(about: Mapping[str, Any]) -> str:
    """Return a licence's id; where it is "other", that of the name beside it."""
    named = about.get("license")
    if isinstance(named, list):
        named = named[0] if named else None
    if named == "other":
        named = about.get("license_name")
    if not isinstance(named, str):
        return ""
    return naming.licence_id(named.strip()).lower()[:LONGEST]


def _languages(told: object) -> Iterator[str]:
    listed = told if isinstance(told, list) else [told]
    for one in listed:
        if isinstance(one, str) and LANGUAGE.fullmatch(one):
            yield one


def _count(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 < value <= MOST_COUNT else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
