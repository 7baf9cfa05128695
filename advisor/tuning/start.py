"""How does pruning begin: what is measured, what goes, and where is the start kept?"""

import json
from math import ceil
from pathlib import Path
from typing import Any

import torch

from advisor.tuning.data import Batches
from advisor.tuning.export import export
from advisor.tuning.layouts import columns_of, layout_of
from advisor.tuning.opening import Opened, open_folder
from advisor.tuning.order import Order
from advisor.tuning.prune import Importance, Target, measure_importance, prune

BATCHES = 8


def pruned_start(
    order: Order, parent: Opened, batches: Batches, work: Path
) -> tuple[Any, dict[str, Any]]:
    """Return the pruned model with what was measured; a kept one is opened again."""
    folder = work / "start"
    facts = folder / "facts.json"
    if facts.exists():
        kept: dict[str, Any] = json.loads(facts.read_text(encoding="utf-8"))
        return open_folder(folder).network, kept
    taken = [batches[number] for number in range(BATCHES)]
    importance = measure_importance(parent.network, taken)
    target = target_of(order, parent.network, importance)
    small = prune(parent.network, importance, target)
    found: dict[str, Any] = {
        "layer_loss_rise": [round(one, 4) for one in importance.layers],
        "kept": {
            "layers": target.layers,
            "mlp": target.mlp,
            "kv_heads": target.kv_heads,
        },
    }
    export(small, parent.tokenizer, folder, dtype=torch.float32)
    beside = facts.with_suffix(".writing")
    beside.write_text(json.dumps(found), encoding="utf-8")
    # Last, in one step: a start without it is half written and made anew.
    beside.replace(facts)
    return small, found


def target_of(order: Order, model: Any, importance: Importance) -> Target:
    """Return the counts that the shares of an order come to, rounded up."""
    layout = layout_of(model)
    first = layout.listed(model)[0]
    counts = {
        "layers": (order.keep_layers, len(importance.layers)),
        "kv_heads": (
            order.keep_heads,
            getattr(model.config, "num_key_value_heads", 1),
        ),
        "mlp": (
            order.keep_mlp,
            columns_of(first.get_submodule(layout.mlp_out)) if layout.mlp_out else 1,
        ),
    }
    return Target(
        **{
            name: ceil(share * count - 1e-9) if share < 1 else None
            for name, (share, count) in counts.items()
        }
    )
