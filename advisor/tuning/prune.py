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
from torch import nn

from advisor.tuning.data import Batch
from advisor.tuning.losses import answer_logits, answer_loss


class NotPrunableError(TypeError):
    """Raised for an architecture whose parts are not laid out like Llama's."""


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
    """Hold what was measured: a loss rise a layer; sums a head and an MLP column."""

    layers: tuple[float, ...]
    kv_heads: tuple[torch.Tensor, ...]
    mlp: tuple[torch.Tensor, ...]


def measure_importance(model: Any, batches: Sequence[Batch]) -> Importance:
    """Measure every layer, head group and MLP column on the batches' answers."""
    layers = _layers(model)
    heads = [torch.zeros(model.config.num_key_value_heads) for _ in layers]
    columns = [torch.zeros(layer.mlp.down_proj.in_features) for layer in layers]
    taps = [
        _Tap(part)
        for layer in layers
        for part in (layer.self_attn.o_proj, layer.mlp.down_proj)
    ]
    model.eval()
    for batch in batches:
        model.zero_grad()
        loss = answer_loss(answer_logits(model, batch), batch)
        loss.backward()  # type: ignore[no-untyped-call]
        for index in range(len(layers)):
            attention, mlp = taps[2 * index].effect(), taps[2 * index + 1].effect()
            heads[index] += attention.view(len(heads[index]), -1).sum(1)
            columns[index] += mlp
    for tap in taps:
        tap.remove()
    model.zero_grad()
    return Importance(
        layers=tuple(
            _rise_without(model, index, batches) for index in range(len(layers))
        ),
        kv_heads=tuple(heads),
        mlp=tuple(columns),
    )


def prune(model: Any, importance: Importance, target: Target) -> Any:
    """Make a smaller copy with the most important parts, in their old order.

    Raises ValueError when the target asks for more than there is or for nothing.
    """
    config = copy.deepcopy(model.config)
    kept = _keep(importance.layers, target.layers, "layers")
    small = copy.deepcopy(model)
    layers = _layers(small)
    small.model.layers = nn.ModuleList([layers[index] for index in kept])
    config.num_hidden_layers = len(kept)
    if getattr(config, "layer_types", None):
        config.layer_types = [config.layer_types[index] for index in kept]
    for place, index in enumerate(kept):
        layer = small.model.layers[place]
        layer.self_attn.layer_idx = place
        if target.mlp is not None:
            columns = _keep(importance.mlp[index].tolist(), target.mlp, "mlp")
            _narrow_mlp(layer.mlp, torch.tensor(columns))
        if target.kv_heads is not None:
            scores = importance.kv_heads[index].tolist()
            _narrow_attention(
                layer.self_attn, _keep(scores, target.kv_heads, "kv_heads")
            )
    if target.mlp is not None:
        config.intermediate_size = target.mlp
    if target.kv_heads is not None:
        groups = config.num_attention_heads // config.num_key_value_heads
        config.head_dim = layers[0].self_attn.head_dim
        config.num_key_value_heads = target.kv_heads
        config.num_attention_heads = target.kv_heads * groups
    return _rebuilt(small, config)


def _rebuilt(small: Any, config: Any) -> Any:
    """Load the narrowed weights into a model built from the new config."""
    config._attn_implementation = small.config._attn_implementation
    built = type(small)(config)
    built.load_state_dict(small.state_dict())
    built.generation_config = small.generation_config
    return built.eval()


class _Tap:
    """Listen to what flows into a linear part and how the loss depends on it."""

    def __init__(self, part: nn.Linear) -> None:
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
        return (self._seen * self._seen.grad).abs().sum((0, 1)).detach()

    def remove(self) -> None:
        """Stop listening."""
        self._handle.remove()


@torch.no_grad()
def _rise_without(model: Any, index: int, batches: Sequence[Batch]) -> float:
    """Measure how much the answer loss rises when a layer is skipped."""

    def loss() -> float:
        values = [float(answer_loss(answer_logits(model, b), b)) for b in batches]
        return sum(values) / len(values)

    whole = loss()
    layers = model.model.layers
    model.model.layers = nn.ModuleList(
        [layer for place, layer in enumerate(layers) if place != index]
    )
    model.config.num_hidden_layers -= 1
    try:
        return loss() - whole
    finally:
        model.model.layers = layers
        model.config.num_hidden_layers += 1


def _layers(model: Any) -> list[Any]:
    """Find the layers of a Llama-like model. Raises NotPrunableError."""
    layers = list(getattr(getattr(model, "model", None), "layers", []))
    parts = ("self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj")
    for layer in layers or [None]:
        names = {name for name, _ in layer.named_modules()} if layer else set()
        if not names.issuperset(parts):
            raise NotPrunableError(
                f"{type(model).__name__} is not laid out like Llama (layers of "
                f"{', '.join(parts)}). Distil it into a smaller one instead."
            )
    return layers


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


def _narrow_mlp(mlp: Any, columns: torch.Tensor) -> None:
    for part in (mlp.gate_proj, mlp.up_proj):
        _rows(part, columns)
    _columns(mlp.down_proj, columns)


def _narrow_attention(attention: Any, kept: list[int]) -> None:
    size, groups = attention.head_dim, attention.num_key_value_groups
    keys = torch.tensor([h * size + i for h in kept for i in range(size)])
    queries = torch.tensor(
        [h * size * groups + i for h in kept for i in range(size * groups)]
    )
    for part, chosen in (
        (attention.q_proj, queries),
        (attention.k_proj, keys),
        (attention.v_proj, keys),
    ):
        _rows(part, chosen)
    _columns(attention.o_proj, queries)


def _rows(part: nn.Linear, chosen: torch.Tensor) -> None:
    part.weight = nn.Parameter(part.weight.detach()[chosen].clone())
    if part.bias is not None:
        part.bias = nn.Parameter(part.bias.detach()[chosen].clone())


def _columns(part: nn.Linear, chosen: torch.Tensor) -> None:
    part.weight = nn.Parameter(part.weight.detach()[:, chosen].clone())
