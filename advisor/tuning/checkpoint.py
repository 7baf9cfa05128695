"""How does training survive an interruption without pickled files?

Weights and the optimizer's moments are one safetensors file; the step and the recipe's
fingerprint lie in its metadata. It is written beside and renamed, never half there.
"""

import json
import os
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file


def save_checkpoint(
    path: Path, model: Any, optimizer: torch.optim.Optimizer, state: dict[str, Any]
) -> None:
    """Write trained weights, moments and `state` (JSON values) to one file, at once."""
    trained = ((n, p) for n, p in model.named_parameters() if p.requires_grad)
    tensors = {f"w.{name}": weight.detach() for name, weight in trained}
    for index, moments in optimizer.state_dict()["state"].items():
        for name, value in moments.items():
            tensors[f"o.{index}.{name}"] = value
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".writing")
    save_file(tensors, beside, metadata={"state": json.dumps(state)})
    os.replace(beside, path)


def load_checkpoint(
    path: Path, model: Any, optimizer: torch.optim.Optimizer
) -> dict[str, Any]:
    """Put weights and moments back and return the `state` saved with them."""
    weights = dict(model.named_parameters())
    moments: dict[int, dict[str, torch.Tensor]] = {}
    with safe_open(path, framework="pt") as file, torch.no_grad():
        for key in file.keys():  # noqa: SIM118  (not a dictionary)
            kind, rest = key.split(".", 1)
            if kind == "w":
                weights[rest].copy_(file.get_tensor(key))
            else:
                index, name = rest.split(".", 1)
                moments.setdefault(int(index), {})[name] = file.get_tensor(key)
        state: dict[str, Any] = json.loads(file.metadata()["state"])
    whole = optimizer.state_dict()
    optimizer.load_state_dict({**whole, "state": moments})
    return state
