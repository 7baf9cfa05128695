"""Which parts of a model matter least, and what is left without them?

Structured: whole layers, whole attention heads and whole columns of the MLP go, so the
result is a smaller model of the same class and really faster. Importance is measured on
examples, never a fixed position:
layers by the rise of the answer loss when one is skipped, the least rise first;
heads and MLP columns by |activation x gradient| summed over the examples, a first-order
estimate of the change of the loss (Molchanov et al., "Importance Estimation for Neural
Network Pruning", 2019). Recovery is ordinary training afterwards.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from huggingface_hub.errors import StrictDataclassError
from torch import nn

from advisor.tuning.data import Batch
from advisor.tuning.layouts import (
    Layout,
    NotPrunableError,
    columns_of,
    keep_inputs,
    keep_layers,
    keep_outputs,
    layout_of,
    without_layer,
)
from advisor.tuning.losses import answer_logits, answer_loss

__all__ = ["Importance", "NotPrunableError", "Target", "measure_importance", "prune"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Hold what shall be left: layers, key-value heads a layer, MLP columns a layer.

    None leaves that part alone.
    """

    layers: int | None = None
    kv_heads: int | None = None
    mlp: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Importance:
    """Hold what was measured: a loss rise a layer; sums a head and an MLP column.

    ``kv_heads`` and ``mlp`` are empty where the class has none that could be cut.
    """

    layers: tuple[float, ...]
    kv_heads: tuple[torch.Tensor, ...]
    mlp: tuple[torch.Tensor, ...]


def measure_importance(model: Any, batches: Sequence[Batch]) -> Importance:
    """Measure every layer, head group and MLP column on the batches' answers."""
    layout = layout_of(model)
    layers = list(layout.listed(model))
    heads = _Taps(layers, layout.heads[-1:], getattr(model.config, _KV, None))
    columns = _Taps(layers, (layout.mlp_out,) if layout.mlp_out else (), None)
    model.eval()
    for batch in batches:
        model.zero_grad()
        loss = answer_loss(answer_logits(model, batch), batch)
        loss.backward()  # type: ignore[no-untyped-call]
        heads.add()
        columns.add()
    heads.remove()
    columns.remove()
    model.zero_grad()
    return Importance(
        layers=tuple(
            _rise_without(model, layout, index, batches) for index in range(len(layers))
        ),
        kv_heads=heads.sums,
        mlp=columns.sums,
    )


def prune(model: Any, importance: Importance, target: Target) -> Any:
    """Make a smaller copy with the most important parts, in their old order.

    Raises ValueError when the target asks for more than there is or for nothing, and
    NotPrunableError for a part that a model of this class cannot lose.
    """
    config = copy.deepcopy(model.config)
    layout = layout_of(model)
    _check_parts(model, layout, target)
    kept = _keep(importance.layers, target.layers, "layers")
    small = copy.deepcopy(model)
    layers: list[Any] = list(layout.listed(small))
    layout.put(small, [layers[index] for index in kept])
    keep_layers(config, kept)
    for index in kept:
        layer = layers[index]
        if target.mlp is not None:
            columns = _keep(importance.mlp[index].tolist(), target.mlp, "mlp")
            _narrow_mlp(layer, layout, torch.tensor(columns))
        if target.kv_heads is not None:
            scores = importance.kv_heads[index].tolist()
            _narrow_attention(layer, layout, _keep(scores, target.kv_heads, "kv_heads"))
    if target.mlp is not None:
        setattr(config, layout.width, target.mlp)
    if target.kv_heads is not None:
        groups = config.num_attention_heads // config.num_key_value_heads
        config.head_dim = layers[0].self_attn.head_dim
        config.num_key_value_heads = target.kv_heads
        config.num_attention_heads = target.kv_heads * groups
    return _rebuilt(small, config)


_KV = "num_key_value_heads"


def _check_parts(model: Any, layout: Layout, target: Target) -> None:
    lacking = [
        name
        for name, asked, there in (
            ("heads", target.kv_heads, layout.heads),
            ("MLP", target.mlp, layout.mlp_in),
        )
        if asked is not None and not there
    ]
    if lacking:
        raise NotPrunableError(
            f"The {' and the '.join(lacking)} of {type(model).__name__} cannot be cut"
            " so that plain transformers still loads it. Drop layers instead."
        )


def _rebuilt(small: Any, config: Any) -> Any:
    """Load the narrowed weights into a model built from the new config."""
    config._attn_implementation = small.config._attn_implementation
    try:
        type(config).from_dict(config.to_dict())
        built = type(small)(config)
        built.load_state_dict(small.state_dict())
    except (RuntimeError, StrictDataclassError) as error:
        raise NotPrunableError(
            f"{type(small).__name__} does not load its own parts when some are cut."
            " Drop other parts, or distil it into a smaller model instead."
        ) from error
    built.generation_config = small.generation_config
    return built.eval()


class _Tap:
    """Listen to what flows into a linear part and how the loss depends on it."""

    def __init__(self, part: nn.Module) -> None:
        self._seen: torch.Tensor | None = None
        self._handle = part.register_forward_pre_hook(self._note)

    def _note(self, _: nn.Module, given: tuple[torch.Tensor, ...]) -> None:
        self._seen = given[0]
        if self._seen.requires_grad:
            self._seen.retain_grad()

    def effect(self) -> torch.Tensor:
        """Sum |activation x gradient| over rows and tokens: one value a column."""
        if self._seen is None or self._seen.grad is None:
            raise NotPrunableError("A part of the model took no part in the answer.")
        effect = (self._seen * self._seen.grad).abs()
        return effect.sum(tuple(range(effect.dim() - 1))).detach()

    def remove(self) -> None:
        """Stop listening."""
        self._handle.remove()


class _Taps:
    """Sum effects of one part in every layer; ``groups`` columns count as one each."""

    def __init__(
        self, layers: list[Any], names: tuple[str, ...], groups: int | None
    ) -> None:
        parts = [layer.get_submodule(name) for layer in layers for name in names]
        self._taps = [_Tap(part) for part in parts]
        self.sums = tuple(torch.zeros(groups or columns_of(part)) for part in parts)

    def add(self) -> None:
        """Add the effects of the backward pass that was just taken."""
        for tap, total in zip(self._taps, self.sums, strict=True):
            total += tap.effect().view(len(total), -1).sum(1)

    def remove(self) -> None:
        """Stop listening."""
        for tap in self._taps:
            tap.remove()


@torch.no_grad()
def _rise_without(
    model: Any, layout: Layout, index: int, batches: Sequence[Batch]
) -> float:
    """Measure how much the answer loss rises when a layer is skipped."""

    def loss() -> float:
        values = [float(answer_loss(answer_logits(model, b), b)) for b in batches]
        return sum(values) / len(values)

    whole = loss()
    with without_layer(model, layout, index):
        return loss() - whole


def _keep(scores: Sequence[float], count: int | None, what: str) -> list[int]:
    """Choose the highest scores, in their old order."""
    if count is None:
        return list(range(len(scores)))
    if not 1 <= count <= len(scores):
        raise ValueError(
            f"{what}: {count} cannot be kept of {len(scores)}. Give 1 to {len(scores)}."
        )
    ranked = sorted(range(len(scores)), key=lambda index: -scores[index])
    return sorted(ranked[:count])


def _narrow_mlp(layer: Any, layout: Layout, columns: torch.Tensor) -> None:
    for name in layout.mlp_in:
        keep_outputs(layer.get_submodule(name), columns)
    keep_inputs(layer.get_submodule(layout.mlp_out), columns)


def _narrow_attention(layer: Any, layout: Layout, kept: list[int]) -> None:
    size = layer.self_attn.head_dim
    groups = layer.self_attn.num_key_value_groups
    keys = torch.tensor([h * size + i for h in kept for i in range(size)])
    queries = torch.tensor(
        [h * size * groups + i for h in kept for i in range(size * groups)]
    )
    q, k, v, out = (layer.get_submodule(name) for name in layout.heads)
    keep_outputs(q, queries)
    keep_outputs(k, keys)
    keep_outputs(v, keys)
    keep_inputs(out, queries)
