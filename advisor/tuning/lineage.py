"""How was a built-in model made from another one of the family?

The parent's parts are weighed on generated examples of a seed of their own, the least
important go, what is left may train on for a while, told the right answers alone or its
parent's belief as well, and is stored with its parent on its card.
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
from advisor.tuning.evenly import evenly, near_teacher
from advisor.tuning.export import export
from advisor.tuning.loop import Recipe, train
from advisor.tuning.prune import Target, measure_importance, prune
from advisor.tuning.task_cards import noting


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """Hold how one model is cut out of its parent; importance is taken on `batches`.

    `recovery`, where there is one, is trained on the examples of the six tasks; with
    `distilled` it is told the parent's belief beside the right answers, with `anew` it
    begins with random weights of the same shape, to be compared with.
    """

    name: str
    parent: str
    target: Target
    examples: Callable[[int], Iterator[Example]]
    recovery: Recipe | None = None
    distilled: bool = False
    anew: bool = False
    batches: int = 4
    rows: int = 32
    longest: int = 224
    seed: int = 4242


def _recovery(steps: int, rate: float, seed: int = 3) -> Recipe:
    return Recipe(
        steps=steps,
        learning_rate=rate,
        longest=192,
        warm_up=min(50, steps // 4),
        decay=0.8,
        seed=seed,
    )


def _of_tasks(name: str, target: Target, recovery: Recipe, **other: Any) -> Pruned:
    return Pruned(
        name=name,
        parent=task_models.REFERENCE,
        target=target,
        examples=tasks.later_examples,
        recovery=recovery,
        **other,
    )


_HALF = Target(layers=3, mlp=192, kv_heads=2)
OFFSPRING = {
    member.name: member
    for member in (
        Pruned(
            name="tickets-pruned",
            parent="tickets-medium",
            target=Target(layers=2, mlp=160),
            examples=family.examples,
        ),
        _of_tasks("tasks-pruned", Target(mlp=256), _recovery(300, 4e-4)),
        _of_tasks("tasks-student", _HALF, _recovery(900, 1e-3), distilled=True),
        _of_tasks(
            "tasks-mini",
            Target(layers=2, mlp=96, kv_heads=2),
            _recovery(900, 1e-3),
            distilled=True,
        ),
    )
}
# What the student is compared with, two seeds each: the same steps and data without a
# teacher, from the same pruned start or from random weights. They do not ship.
ARMS = {
    member.name: member
    for member in (
        _of_tasks("tasks-student-2", _HALF, _recovery(900, 1e-3, 4), distilled=True),
        _of_tasks("tasks-labels", _HALF, _recovery(900, 1e-3)),
        _of_tasks("tasks-labels-2", _HALF, _recovery(900, 1e-3, 4)),
        _of_tasks("tasks-scratch", _HALF, _recovery(900, 1e-3), anew=True),
        _of_tasks("tasks-scratch-2", _HALF, _recovery(900, 1e-3, 4), anew=True),
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
    if member.anew:
        torch.manual_seed(member.recovery.seed if member.recovery else member.seed)
        small = type(small)(small.config)
    _recover(small, model, tokenizer, member, work)
    card = json.loads((parent / "card.json").read_text(encoding="utf-8"))
    card |= {
        "name": member.name,
        "title": f"Built-in {member.name.replace('-', ' ')}",
        "parameters": small.num_parameters(),
        "shape": card["shape"] | _left(member.target),
        "lineage": {
            "parent": member.parent,
            "technique": _technique(member),
            "recipe": _recipe(member),
            "layer_loss_rise": [round(rise, 4) for rise in importance.layers],
            "data_sha256": family.data_sha256(),
        },
    }
    export(small, tokenizer, models / member.name, card=card)
    return small


def _technique(member: Pruned) -> str:
    cut = "structured pruning by measured importance"
    if member.anew:
        return "random weights of a pruned shape, trained"
    if member.recovery is None:
        return f"{cut}, no recovery"
    how = "distilled: near its parent's belief" if member.distilled else "labels"
    return f"{cut}, recovered by training ({how})"


def _recover(
    small: Any, parent: Any, tokenizer: Any, member: Pruned, work: Path
) -> None:
    """Train what is left for as long as the recipe says."""
    if member.recovery is None:
        return
    loss = evenly(tasks.LATER_POWER)
    if member.distilled:
        loss = near_teacher(parent, power=tasks.LATER_POWER)
    train(
        small,
        tasks.batches(member.recovery, tokenizer, later=True),
        member.recovery,
        loss=loss,
        checkpoint=work / f"{member.name}.safetensors",
        on_progress=noting(member.name, work),
        every=100,
    )


def _recipe(member: Pruned) -> dict[str, Any]:
    told = asdict(member)
    told.pop("examples")
    return told


def _left(target: Target) -> dict[str, int]:
    wanted = {"layers": target.layers, "heads": target.kv_heads, "mlp": target.mlp}
    return {name: value for name, value in wanted.items() if value is not None}
