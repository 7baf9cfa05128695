"""What shape does a model have, by the facts of its model card?

Cards name the same numbers as a configuration under plainer names. Where a card does
not say what each layer keeps, as for hybrids, there is no shape: a guess from
layers x heads would be off by half.
"""

import re
from collections.abc import Mapping

from advisor.sizing.architecture import Architecture, from_config

NAMES = {
    "layers": "num_hidden_layers",
    "hidden_size": "hidden_size",
    "intermediate_size": "intermediate_size",
    "heads": "num_attention_heads",
    "kv_heads": "num_key_value_heads",
    "head_dim": "head_dim",
    "vocab_size": "vocab_size",
    "sliding_window": "sliding_window",
}
NEEDED = ("layers", "hidden_size", "heads", "vocab_size", "params")
EVERY = re.compile(r"every (\d+)(?:st|nd|rd|th) layer")
LOCAL_TO_GLOBAL = re.compile(r"(\d+) local : (\d+) global")


def shape_from_card(facts: Mapping[str, object]) -> Architecture | None:
    """Return the shape of a model card; None where the facts do not settle it.

    ``facts`` holds plain values: layers, hidden_size, intermediate_size, heads,
    kv_heads, head_dim, vocab_size, params, sliding_window, sliding_pattern, moe, and
    kv_cache_bytes_per_token_16bit, which is None where layers are of unlike kinds.
    """
    if any(not facts.get(name) for name in NEEDED):
        return None
    if facts.get("kv_cache_bytes_per_token_16bit", 0) is None:
        return None
    config: dict[str, object] = {
        known: facts[name] for name, known in NAMES.items() if facts.get(name)
    }
    config["sliding_window_pattern"] = _pattern(facts.get("sliding_pattern"))
    experts = facts.get("moe")
    if isinstance(experts, Mapping):
        config["num_local_experts"] = experts.get("experts")
        config["num_experts_per_tok"] = experts.get("experts_per_token")
    parameters = facts["params"]
    return from_config(
        config, int(parameters) if isinstance(parameters, int | float) else None
    )


def _pattern(told: object) -> int:
    """Return after how many layers one sees everything; 0 where none is told."""
    text = str(told or "")
    if found := EVERY.search(text):
        return int(found[1])
    if found := LOCAL_TO_GLOBAL.search(text):
        return int(found[1]) + int(found[2])
    return 0
