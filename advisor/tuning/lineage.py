"""How was a built-in model made from another one of the family?

The parent's parts are weighed on generated tickets of a seed of their own, the least
important go, and what is left is stored with its parent on its card.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from advisor.tuning.data import Batches, Encoder, Generated
from advisor.tuning.export import export
from advisor.tuning.family import data_sha256, examples
from advisor.tuning.prune import Target, measure_importance, prune


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """Hold how one model is cut out of its parent; importance is taken on `batches`."""

    name: str
    parent: str
    target: Target
    batches: int = 4
    rows: int = 32
    longest: int = 224
    seed: int = 4242


OFFSPRING = {
    member.name: member
    for member in (
        Pruned(
            name="tickets-pruned",
            parent="tickets-medium",
            target=Target(layers=2, mlp=160),
        ),
    )
}


def make_pruned(member: Pruned, models: Path) -> Any:
    """Cut a model out of its parent in `models` and store it beside the parent."""
    torch.set_num_threads(1)
    parent = models / member.parent
    tokenizer = AutoTokenizer.from_pretrained(parent)
    model = AutoModelForCausalLM.from_pretrained(
        parent, dtype=torch.float32, attn_implementation="eager"
    )
    batches = Batches(
        Generated(examples, member.seed),
        Encoder(tokenizer),
        rows=member.rows,
        longest=member.longest,
    )
    taken = [batches[number] for number in range(member.batches)]
    importance = measure_importance(model, taken)
    small = prune(model, importance, member.target)
    card = json.loads((parent / "card.json").read_text(encoding="utf-8"))
    card |= {
        "name": member.name,
        "title": f"Built-in {member.name.replace('-', ' ')}",
        "parameters": small.num_parameters(),
        "shape": card["shape"] | _left(member.target),
        "lineage": {
            "parent": member.parent,
            "technique": "structured pruning by measured importance, no recovery",
            "recipe": asdict(member),
            "layer_loss_rise": [round(rise, 4) for rise in importance.layers],
            "data_sha256": data_sha256(),
        },
    }
    export(small, tokenizer, models / member.name, card=card)
    return small


def _left(target: Target) -> dict[str, int]:
    wanted = {"layers": target.layers, "heads": target.kv_heads, "mlp": target.mlp}
    return {name: value for name, value in wanted.items() if value is not None}
