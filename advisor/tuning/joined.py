"""How do a model that copies and a bag of words become one model?

Side by side: the first channels of the new model are those of the copying model, the
last ones those of the bag, and nothing crosses at the start. One more head in every
layer: in the first it takes the mean of the prompt's words in the bag's channels, in
the others it adds zero until it learns better. So do the added columns of the MLP and
the added layers.
"""

import math
from typing import Any

import torch
from transformers import LlamaForCausalLM

from advisor.tuning.shapes import Shape, new_model
from advisor.tuning.words import _turn

# How much louder the bag's mean is than a token of the copying model.
LOUDNESS = 3.0


@torch.no_grad()
def join(
    copying: Any, bag: Any, tokenizer: Any, *, layers: int, mlp: int, seed: int
) -> LlamaForCausalLM:
    """Make the new model; its heads are those of `copying` and one of the bag's width.

    Raises ValueError where the bag is not one head wide.
    """
    old, extra = copying.config.hidden_size, bag.config.hidden_size
    head = copying.config.hidden_size // copying.config.num_attention_heads
    if extra != head:
        raise ValueError(f"The bag is {extra} wide and a head {head}: give the same.")
    heads = copying.config.num_attention_heads + 1
    shape = Shape(layers=layers, width=old + extra, heads=heads, mlp=mlp, spread=0.02)
    model = new_model(shape, tokenizer, seed)
    table, mine = model.model.embed_tokens.weight, copying.model.embed_tokens.weight
    loud = float(mine.norm(dim=1).mean()) / math.sqrt(old)
    words = torch.nn.functional.normalize(bag.model.embed_tokens.weight, dim=-1)
    table.copy_(torch.cat((mine, words * loud * math.sqrt(extra)), 1))
    for index, layer in enumerate(model.model.layers):
        if index < len(copying.model.layers):
            _lay_in(layer, copying.model.layers[index], old)
        else:
            layer.self_attn.o_proj.weight.zero_()
            layer.mlp.down_proj.weight.zero_()
    _take_mean(model.model.layers[0].self_attn, old, loud)
    model.model.norm.weight[:old].copy_(copying.model.norm.weight)
    return model


def _lay_in(layer: Any, given: Any, old: int) -> None:
    """Put a layer into the first channels; what is new reads and adds nothing."""
    mine, theirs = layer.self_attn, given.self_attn
    for name in ("q_proj", "k_proj", "v_proj"):
        weight = getattr(mine, name).weight
        weight[:old, old:] = 0
        weight[:old, :old].copy_(getattr(theirs, name).weight)
    mine.o_proj.weight.zero_()
    mine.o_proj.weight[:old, :old].copy_(theirs.o_proj.weight)
    columns = given.mlp.gate_proj.weight.shape[0]
    for name in ("gate_proj", "up_proj"):
        weight = getattr(layer.mlp, name).weight
        weight[:columns, old:] = 0
        weight[:columns, :old].copy_(getattr(given.mlp, name).weight)
    layer.mlp.down_proj.weight.zero_()
    layer.mlp.down_proj.weight[:old, :columns].copy_(given.mlp.down_proj.weight)
    for name in ("input_layernorm", "post_attention_layernorm"):
        getattr(layer, name).weight[:old].copy_(getattr(given, name).weight)


def _take_mean(attention: Any, old: int, loud: float) -> None:
    """Let the last head of the first layer look everywhere and pass on the mean."""
    extra = attention.q_proj.weight.shape[0] - old
    attention.q_proj.weight[old:] = 0
    attention.v_proj.weight[old:] = 0
    attention.v_proj.weight[old:, old:].copy_(torch.eye(extra))
    attention.o_proj.weight[old:, old:].copy_(LOUDNESS * loud * _turn(extra))
