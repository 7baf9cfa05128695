"""Which of the matrix products at hand is the fastest for this model, here?

In single precision torch multiplies by MKL, which leaves part of some processors idle;
oneDNN, which torch brings as well, does not. It can also keep weights in an order of
its own, in place of the plain ones, or multiply the other way round, so that weights
that must stay plain need not be put in order for every product: with few rows that
takes as long as the product. Which one wins depends on processor and shapes, so it is
measured when a model is loaded. All round alike, to the last digits.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import nn

# Rows of a step of slots, and of a pass of prompts.
_ROWS, _TIMES = (32, 256), 7
# Less than this is noise, and no reason to leave the beaten track.
_GAIN = 1.04
# More rows than this repay putting the weights in order.
_FEW = 128


@dataclass(frozen=True, slots=True)
class Product:
    """A way to multiply [..., tokens, inputs] by weights that were prepared for it."""

    name: str
    multiply: Callable[[torch.Tensor, torch.Tensor, torch.Tensor | None], torch.Tensor]
    prepare: Callable[[torch.Tensor], torch.Tensor] = lambda weight: weight


Seconds = Callable[[nn.Linear, Product], float]


def take_faster_product(
    network: Any,
    *,
    seconds: Seconds | None = None,
    trial: Callable[[], object] | None = None,
) -> str:
    """Let the model's linear layers use the fastest product; return the body's name.

    `trial` uses the model once: where something but a layer itself reads its weights,
    that fails, and all stays as it was.
    """
    layers = [one for one in network.modules() if type(one) is nn.Linear]
    if not layers or not _has_onednn(layers[0].weight):
        return TORCH.name
    measured = seconds or best_seconds
    shared = _shared(network)
    words = getattr(network, "get_output_embeddings", lambda: None)()
    body = [one for one in layers if one is not words and id(one.weight) not in shared]
    taken = _fastest(body, (ONEDNN, PACKED), measured)
    _take(body, taken)
    for one in layers:
        if one not in body:
            ways = (ONEDNN, TURNED) if id(one.weight) in shared else (ONEDNN, PACKED)
            _take([one], _fastest([one], ways, measured))
    try:
        if trial is not None:
            trial()
    except (RuntimeError, TypeError, NotImplementedError):
        give_back(layers)
        return TORCH.name
    return taken.name


def give_back(layers: Iterable[nn.Linear]) -> None:
    """Let layers use torch's own product again, with plain weights."""
    for layer in layers:
        if layer.weight.is_mkldnn:
            _hold(layer, layer.weight.to_dense())
        layer.__dict__.pop("forward", None)


@torch.inference_mode()
def best_seconds(layer: nn.Linear, product: Product) -> float:
    """Return the shortest processor times of one product of few and of many rows."""
    weight = product.prepare(layer.weight)
    total = 0.0
    for count in _ROWS:
        rows = torch.ones(1, count, layer.in_features, dtype=layer.weight.dtype)
        product.multiply(rows, weight, layer.bias)
        found = []
        for _ in range(_TIMES):
            started = time.process_time()
            product.multiply(rows, weight, layer.bias)
            found.append(time.process_time() - started)
        total += min(found)
    return total


def _fastest(
    layers: Sequence[nn.Linear], others: Iterable[Product], seconds: Seconds
) -> Product:
    """Measure a layer of middle size with each product."""
    if not layers:
        return TORCH
    middle = sorted(layers, key=lambda one: one.weight.numel())[len(layers) // 2]
    usual = seconds(middle, TORCH)
    took = {other.name: (seconds(middle, other), other) for other in others}
    best, product = min(took.values(), key=lambda pair: pair[0])
    return product if best * _GAIN <= usual else TORCH


def _take(layers: Iterable[nn.Linear], product: Product) -> None:
    if product is TORCH:
        return
    for layer in layers:
        weight = product.prepare(layer.weight)
        if weight is not layer.weight:
            _hold(layer, weight)
        multiply = partial(_multiplied, layer, product)
        layer.forward = multiply  # type: ignore[method-assign]


def _multiplied(layer: nn.Linear, product: Product, rows: torch.Tensor) -> torch.Tensor:
    return product.multiply(rows, layer.weight, layer.bias)


def _hold(layer: nn.Linear, weight: torch.Tensor) -> None:
    layer.weight = nn.Parameter(weight, requires_grad=False)


def _shared(network: Any) -> set[int]:
    """Return the ids of parameters that more than one module has."""
    had = Counter(
        id(held)
        for module in network.modules()
        for held in module.parameters(recurse=False)
    )
    return {one for one, times in had.items() if times > 1}


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


@torch.inference_mode(False)
@torch.no_grad()
def _packed(weight: torch.Tensor) -> torch.Tensor:
    found: torch.Tensor = torch.ops.mkldnn._reorder_linear_weight(
        weight.detach(), max(_ROWS)
    )
    return found


TORCH = Product("torch", _by_torch)
ONEDNN = Product("oneDNN", _by_onednn)
PACKED = Product("oneDNN, packed", _by_onednn, _packed)
TURNED = Product("oneDNN, turned", _turned)
