"""How was a built-in model made from another one of the family?

The parent's parts are weighed on generated examples of a seed of their own, the least
important go, what is left may train on for a while, and is stored with its parent on
its card.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from advisor.tuning import family, task_models, tasks
from advisor.tuning.data import Batches, Encoder, Example, Generated
from advisor.tuning.evenly import even_loss
from advisor.tuning.export import export
from advisor.tuning.loop import Recipe, train
from advisor.tuning.prune import Target, measure_importance, prune


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """Hold how one model is cut out of its parent; importance is taken on `batches`.

    `recovery`, where there is one, is trained on the examples of the six tasks.
    """

    name: str
    parent: str
    target: Target
    examples: Callable[[int], Iterator[Example]]
    recovery: Recipe | None = None
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
            examples=family.examples,
        ),
        Pruned(
            name="tasks-pruned",
            parent=task_models.REFERENCE,
            target=Target(mlp=256),
            examples=tasks.examples,
            recovery=Recipe(
                steps=150,
                learning_rate=4e-4,
                longest=192,
                warm_up=20,
                decay=0.8,
                seed=3,
            ),
        ),
    )
}


def make_pruned(member: Pruned, models: Path, work: Path) -> Any:
    """Cut a model out of its parent in `models` and store it beside the parent.

    The recovery's checkpoint lies in `work`.
    """
    torch.set_num_threads(1)
    parent = models / member.parent
    tokenizer = AutoTokenizer.from_pretrained(parent)
    model = AutoModelForCausalLM.from_pretrained(
        parent, dtype=torch.float32, attn_implementation="eager"
    )
    batches = Batches(
        Generated(member.examples, member.seed),
        Encoder(tokenizer),
        rows=member.rows,
        longest=member.longest,
    )
    taken = [batches[number] for number in range(member.batches)]
    importance = measure_importance(model, taken)
    small = prune(model, importance, member.target)
    _recover(small, tokenizer, member, work)
    how = "no recovery" if member.recovery is None else "recovered by training"
    card = json.loads((parent / "card.json").read_text(encoding="utf-8"))
    card |= {
        "name": member.name,
        "title": f"Built-in {member.name.replace('-', ' ')}",
        "parameters": small.num_parameters(),
        "shape": card["shape"] | _left(member.target),
        "lineage": {
            "parent": member.parent,
            "technique": f"structured pruning by measured importance, {how}",
            "recipe": _recipe(member),
            "layer_loss_rise": [round(rise, 4) for rise in importance.layers],
            "data_sha256": family.data_sha256(),
        },
    }
    export(small, tokenizer, models / member.name, card=card)
    return small


def _recover(small: Any, tokenizer: Any, member: Pruned, work: Path) -> None:
    """Train what is left for as long as the recipe says."""
    if member.recovery is not None:
        small.train()
        again = tasks.batches(member.recovery, tokenizer)
        checkpoint = work / f"{member.name}.safetensors"
        train(small, again, member.recovery, loss=even_loss, checkpoint=checkpoint)


def _recipe(member: Pruned) -> dict[str, Any]:
    told = asdict(member)
    told.pop("examples")
    return told


def _left(target: Target) -> dict[str, int]:
    wanted = {"layers": target.layers, "heads": target.kv_heads, "mlp": target.mlp}
    return {name: value for name, value in wanted.items() if value is not None}
