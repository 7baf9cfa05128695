"""Where in a model lie its layers, its MLP and its heads, whatever its class?

Classes differ in names: `model.layers`, `transformer.h`, `gpt_neox.layers`; a gated MLP
or a plain one; weights as (out, in) or, in GPT-2, as (in, out). A layout names the
parts, so that pruning is written once. What a class computes from others cannot be cut:
GPT-2 and GPT-NeoX divide the width by the heads, so their heads stay.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

# What flows into the MLP's width, and what flows out of it, by the names in use.
MLPS = (
    (("mlp.gate_proj", "mlp.up_proj"), "mlp.down_proj"),
    (("mlp.up_proj",), "mlp.down_proj"),
    (("mlp.c_fc",), "mlp.c_proj"),
    (("mlp.dense_h_to_4h",), "mlp.dense_4h_to_h"),
    (("mlp.fc1",), "mlp.fc2"),
    (("fc1",), "fc2"),
)
WIDTHS = ("intermediate_size", "n_inner", "ffn_dim", "ffn_hidden_size")
# What configurations say layer by layer: the kind of attention, whether it has rotary
# positions (SmolLM3), the kind of MLP.
BY_LAYER = ("layer_types", "no_rope_layers", "mlp_layer_types")
HEADS = ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj")


class NotPrunableError(TypeError):
    """Raised for an architecture whose parts are laid out in no known way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Hold the names of a model's parts; empty where there is no such part to cut.

    ``layers`` is the path of the list of layers; the others are paths in a layer.
    ``width`` is the configuration's name for the columns of the MLP.
    """

    layers: str
    mlp_in: tuple[str, ...] = ()
    mlp_out: str = ""
    width: str = ""
    heads: tuple[str, ...] = ()

    def listed(self, model: Any) -> nn.ModuleList:
        """Return the list of layers of a model."""
        found: nn.ModuleList = model.get_submodule(self.layers)
        return found

    def put(self, model: Any, layers: list[nn.Module]) -> None:
        """Give a model another list of layers."""
        above, _, name = self.layers.rpartition(".")
        setattr(model.get_submodule(above), name, nn.ModuleList(layers))


def layout_of(model: Any) -> Layout:
    """Find the parts of a model. Raises NotPrunableError."""
    count = getattr(model.config, "num_hidden_layers", None)
    lists = (
        name
        for name, part in model.named_modules()
        if isinstance(part, nn.ModuleList) and len(part) == count
    )
    layers = next(lists, None)
    if layers is None or not count:
        raise NotPrunableError(
            f"{type(model).__name__} holds its layers in no list that is known here."
            " Distil it into a smaller model instead."
        )
    names = {name for name, _ in model.get_submodule(layers)[0].named_modules()}
    mlp_in, mlp_out = next(
        ((i, o) for i, o in MLPS if names.issuperset((*i, o))), ((), "")
    )
    width = next((one for one in WIDTHS if hasattr(model.config, one)), "")
    return Layout(
        layers=layers,
        mlp_in=mlp_in if width else (),
        mlp_out=mlp_out if width else "",
        width=width,
        heads=HEADS if names.issuperset(HEADS) and _counts_heads(model) else (),
    )


def _counts_heads(model: Any) -> bool:
    """Say whether the class reads its number of heads apart from its width."""
    return hasattr(model.config, "num_key_value_heads")


def keep_layers(config: Any, kept: Sequence[int]) -> None:
    """Let a configuration speak of these layers alone."""
    config.num_hidden_layers = len(kept)
    for name in BY_LAYER:
        listed = getattr(config, name, None)
        if listed:
            setattr(config, name, [listed[index] for index in kept])


@contextmanager
def without_layer(model: Any, layout: Layout, index: int) -> Iterator[None]:
    """Take a layer out of a model for a while."""
    layers, config = list(layout.listed(model)), model.config
    names = ("num_hidden_layers", *BY_LAYER)
    before = {name: getattr(config, name) for name in names if hasattr(config, name)}
    kept = [place for place in range(len(layers)) if place != index]
    layout.put(model, [layers[place] for place in kept])
    keep_layers(config, kept)
    try:
        yield
    finally:
        layout.put(model, layers)
        for name, value in before.items():
            setattr(config, name, value)


def columns_of(part: Any) -> int:
    """Return how many values flow into a linear part."""
    weight: torch.Tensor = part.weight
    return int(weight.shape[0 if is_transposed(part) else 1])


def is_transposed(part: Any) -> bool:
    """Say whether a linear part holds its weights as (in, out), as GPT-2's do."""
    return type(part).__name__ == "Conv1D"


def keep_outputs(part: Any, chosen: torch.Tensor) -> None:
    """Leave a linear part only these outputs."""
    weight = part.weight.detach()
    kept = weight[:, chosen] if is_transposed(part) else weight[chosen]
    part.weight = nn.Parameter(kept.clone())
    if part.bias is not None:
        part.bias = nn.Parameter(part.bias.detach()[chosen].clone())


def keep_inputs(part: Any, chosen: torch.Tensor) -> None:
    """Leave a linear part only these inputs."""
    weight = part.weight.detach()
    kept = weight[chosen] if is_transposed(part) else weight[:, chosen]
    part.weight = nn.Parameter(kept.clone())
