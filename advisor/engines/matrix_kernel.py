"""Which of the matrix products at hand is the fastest for this model, here?

In single precision torch multiplies by MKL, which leaves part of some processors idle;
oneDNN, which torch brings as well, does not. It puts the weights in an order of its own
first, which with few rows takes as long as the product; multiplied the other way round
the rows are put in order instead. Which one wins depends on processor and shapes, so
it is measured when a model is loaded. All round alike, to the last digits. Weights stay
as they were loaded: kept in oneDNN's order they would be held twice, as the mapped file
counts for as long as any of it is used.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import nn

# Rows of a step of slots, and of a pass of prompts.
_STEP, _PASS = 32, 256
_TIMES = 7
# Less than this is noise, and no reason to leave the beaten track.
_GAIN = 1.04
# More rows than this repay putting the weights in order.
_FEW = 128


@dataclass(frozen=True, slots=True)
class Product:
    """A way to multiply [..., tokens, inputs] by weights."""

    name: str
    multiply: Callable[[torch.Tensor, torch.Tensor, torch.Tensor | None], torch.Tensor]


Seconds = Callable[[nn.Linear, Product, Sequence[int]], float]


def take_faster_product(network: Any, *, seconds: Seconds | None = None) -> str:
    """Let the model's linear layers use the fastest product; return the body's name.

    The words' own matrix is measured apart, by the few rows that a word is foretold of.
    """
    layers = [one for one in network.modules() if type(one) is nn.Linear]
    if not layers or not _has_onednn(layers[0].weight):
        return TORCH.name
    measured = seconds or best_seconds
    words = getattr(network, "get_output_embeddings", lambda: None)()
    body = [one for one in layers if one is not words]
    taken = _fastest(body, (ONEDNN,), (_STEP, _PASS), measured)
    _take(body, taken)
    last = [one for one in layers if one is words]
    _take(last, _fastest(last, (ONEDNN, TURNED), (_STEP,), measured))
    return taken.name


@torch.inference_mode()
def best_seconds(layer: nn.Linear, product: Product, counts: Sequence[int]) -> float:
    """Return the shortest processor times of a product of so many rows, in sum."""
    total = 0.0
    for count in counts:
        rows = torch.ones(1, count, layer.in_features, dtype=layer.weight.dtype)
        product.multiply(rows, layer.weight, layer.bias)
        found = []
        for _ in range(_TIMES):
            started = time.process_time()
            product.multiply(rows, layer.weight, layer.bias)
            found.append(time.process_time() - started)
        total += min(found)
    return total


def _fastest(
    layers: Sequence[nn.Linear],
    others: Iterable[Product],
    counts: Sequence[int],
    seconds: Seconds,
) -> Product:
    """Measure a layer of middle size with each product."""
    if not layers:
        return TORCH
    middle = sorted(layers, key=lambda one: one.weight.numel())[len(layers) // 2]
    usual = seconds(middle, TORCH, counts)
    took = {other.name: (seconds(middle, other, counts), other) for other in others}
    best, product = min(took.values(), key=lambda pair: pair[0])
    return product if best * _GAIN <= usual else TORCH


def _take(layers: Iterable[nn.Linear], product: Product) -> None:
    if product is TORCH:
        return
    for layer in layers:
        multiply = partial(_multiplied, layer, product)
        layer.forward = multiply  # type: ignore[method-assign]


def _multiplied(layer: nn.Linear, product: Product, rows: torch.Tensor) -> torch.Tensor:
    return product.multiply(rows, layer.weight, layer.bias)


def _has_onednn(weight: torch.Tensor) -> bool:
    single = weight.device.type == "cpu" and weight.dtype == torch.float32
    return single and hasattr(torch.ops.mkldnn, "_linear_pointwise")


def _by_torch(
    rows: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None
) -> torch.Tensor:
    return nn.functional.linear(rows, weight, bias)


def _by_onednn(
    rows: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None
) -> torch.Tensor:
    found: torch.Tensor = torch.ops.mkldnn._linear_pointwise(
        rows, weight, bias, "none", [], ""
    )
    return found


def _turned(
    rows: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None
) -> torch.Tensor:
    flat = rows.flatten(0, -2)
    if len(flat) > _FEW:
        return _by_onednn(rows, weight, bias)
    found = _by_onednn(weight, flat, None)
    if bias is not None:
        found += bias[:, None]
    return found.t().view(*rows.shape[:-1], -1)


TORCH = Product("torch", _by_torch)
ONEDNN = Product("oneDNN", _by_onednn)
TURNED = Product("oneDNN, turned", _turned)
