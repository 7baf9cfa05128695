"""Which of torch's matrix products is the faster one for this model, here?

In single precision torch multiplies by MKL, which leaves part of some processors idle;
oneDNN, which torch brings as well, does not. Which one wins depends on processor and
shapes, so it is measured when a model is loaded. Both round alike, to the last digits.
"""

import time
from collections.abc import Callable
from types import MethodType
from typing import Any

import torch
from torch import nn

Product = Callable[[nn.Linear, torch.Tensor], torch.Tensor]

_ROWS, _TIMES = 256, 7
# Less than this is noise, and no reason to leave the beaten track.
_GAIN = 1.04


def take_faster_product(
    network: Any, *, seconds: Callable[[nn.Linear, Product], float] | None = None
) -> str:
    """Let the model's linear layers use the faster product; return its name."""
    layers = [one for one in network.modules() if type(one) is nn.Linear]
    usual = "torch"
    if not layers or not _has_onednn(layers[0].weight):
        return usual
    measured = seconds or best_seconds
    # The layers of the body: the words' own matrix is used for few rows.
    body = sorted(layers, key=lambda layer: layer.weight.numel())[len(layers) // 2]
    if measured(body, _by_onednn) * _GAIN > measured(body, _by_torch):
        return usual
    for layer in layers:
        layer.forward = MethodType(_by_onednn, layer)  # type: ignore[method-assign]
    return "oneDNN"


@torch.inference_mode()
def best_seconds(layer: nn.Linear, product: Product) -> float:
    """Return the shortest processor time of one product of a few hundred rows."""
    rows = torch.ones(1, _ROWS, layer.in_features, dtype=layer.weight.dtype)
    product(layer, rows)
    found = []
    for _ in range(_TIMES):
        started = time.process_time()
        product(layer, rows)
        found.append(time.process_time() - started)
    return min(found)


def _has_onednn(weight: torch.Tensor) -> bool:
    single = weight.device.type == "cpu" and weight.dtype == torch.float32
    return single and hasattr(torch.ops.mkldnn, "_linear_pointwise")


def _by_onednn(layer: nn.Linear, rows: torch.Tensor) -> torch.Tensor:
    found: torch.Tensor = torch.ops.mkldnn._linear_pointwise(
        rows, layer.weight, layer.bias, "none", [], ""
    )
    return found


def _by_torch(layer: nn.Linear, rows: torch.Tensor) -> torch.Tensor:
    return nn.functional.linear(rows, layer.weight, layer.bias)
