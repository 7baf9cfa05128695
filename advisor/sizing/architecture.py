"""Which parts of a model's shape decide how much memory it needs?

The shape is read from a ``config.json`` or from the facts of a model card; what
the file does not say is derived only where every implementation derives it alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from advisor.sizing.errors import SizingError

LayerKind = Literal["full", "sliding", "latent", "state"]

# Names that configurations give to layers which keep a state of constant size.
STATE_LAYERS = {"linear_attention", "mamba", "mamba2", "conv", "recurrent", "ssm"}
# Families whose feed-forward block has two matrices instead of three.
UNGATED = {"gpt2", "gpt_neo", "gpt_neox", "gptj", "opt", "bloom", "falcon", "phi"}
UNGATED |= {"starcoder2", "gpt_bigcode", "biogpt", "codegen", "xglm"}
# Rows that gated linear attention holds of each head's key and value, in chunks,
# where no fused kernel is installed; counted on the plain torch path.
STATE_ROWS = 4
ATTENTION_LAYERS = {"full_attention", "attention", "global_attention", "chunked"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """What one layer remembers of a sequence.

    ``full`` keeps ``width`` numbers a token, ``sliding`` those of the last
    ``window`` tokens, ``latent`` (multi-head latent attention) one compressed row of
    ``width`` numbers a token where the engine caches it, else ``expanded`` ones;
    ``state`` keeps ``width`` numbers a sequence, however long it is.
    """

    kind: LayerKind
    width: int
    window: int | None = None
    expanded: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """The shape of a decoder.

    ``feed_forward`` and ``mixing`` are the numbers a token takes inside one layer:
    the width of the feed-forward block (``gated`` ones hold three rows of it), and
    queries, keys and values. ``scoring_heads`` are the heads whose scores of each
    token against each other are written out, because no fused kernel takes them.
    ``parameters`` is None where no source states them; ``expert_parameters`` are
    those of them that lie in experts.
    """

    layers: tuple[Layer, ...]
    hidden: int
    vocabulary: int
    feed_forward: int
    mixing: int
    gated: bool = True
    scoring_heads: int = 0
    expert_parameters: int = 0
    parameters: int | None = None

    @property
    def plain(self) -> bool:
        """Say whether each layer keeps keys and values of all tokens as they are."""
        return all(layer.kind == "full" for layer in self.layers)


def from_config(
    config: Mapping[str, object], parameters: int | None = None
) -> Architecture:
    """Return the shape that a transformers ``config.json`` describes.

    Models that also see or hear keep the decoder under ``text_config``.
    """
    nested = config.get("text_config")
    text = nested if isinstance(nested, Mapping) else config
    hidden = _number(text, "hidden_size", "n_embd", "d_model")
    heads = _number(text, "num_attention_heads", "n_head")
    head = _number(text, "head_dim", default=hidden // heads)
    groups = _number(text, "num_key_value_heads", default=heads)
    inner = _number(text, "intermediate_size", "n_inner", default=4 * hidden)
    return Architecture(
        layers=_layers(text, groups, head),
        hidden=hidden,
        vocabulary=_number(text, "vocab_size"),
        feed_forward=_feed_forward(text, inner),
        mixing=max((heads + 2 * groups) * head, _state_mixing(text)),
        gated=str(text.get("model_type")) not in UNGATED,
        # Latent attention has keys wider than values, which fused kernels refuse.
        scoring_heads=heads if text.get("kv_lora_rank") else 0,
        expert_parameters=_expert_parameters(text, hidden),
        parameters=parameters,
    )


def _layers(text: Mapping[str, object], groups: int, head: int) -> tuple[Layer, ...]:
    count = _number(text, "num_hidden_layers", "n_layer")
    if text.get("kv_lora_rank"):
        return (_latent(text),) * count
    width = 2 * groups * head
    window = _number(text, "sliding_window", default=0)
    state = Layer(kind="state", width=_state_width(text))
    full = Layer(kind="full", width=width)
    sliding = Layer(kind="sliding", width=width, window=window) if window else full
    return tuple(
        state if name in STATE_LAYERS else full if name in ATTENTION_LAYERS else sliding
        for name in _layer_names(text, count, window)
    )


def _layer_names(text: Mapping[str, object], count: int, window: int) -> list[str]:
    """Return the kind of each layer, as listed or as the older keys imply it."""
    listed = text.get("layer_types") or text.get("layers_block_type")
    if isinstance(listed, (list, tuple)):
        return [str(name) for name in listed]
    pattern = _number(text, "sliding_window_pattern", default=0)
    if window and pattern:
        return [
            "full_attention" if (i + 1) % pattern == 0 else "sliding_attention"
            for i in range(count)
        ]
    used = window and text.get("use_sliding_window", True)
    return ["sliding_attention" if used else "full_attention"] * count


def _latent(text: Mapping[str, object]) -> Layer:
    """Return the layer of multi-head latent attention, compressed and expanded."""
    heads = _number(text, "num_attention_heads")
    rope = _number(text, "qk_rope_head_dim")
    key = _number(text, "qk_nope_head_dim") + rope
    value = _number(text, "v_head_dim")
    return Layer(
        kind="latent",
        width=_number(text, "kv_lora_rank") + rope,
        expanded=heads * (key + value),
    )


def _state_width(text: Mapping[str, object]) -> int:
    """Return the numbers that a layer with a constant state keeps of a sequence.

    Gated linear attention keeps one key-by-value matrix a head, a state-space layer
    its width times the state size; both keep the last inputs of a short convolution.
    """
    if text.get("linear_num_value_heads"):
        key, value = (
            _number(text, f"linear_{part}_head_dim") for part in ("key", "value")
        )
        values = _number(text, "linear_num_value_heads")
        keys = _number(text, "linear_num_key_heads", default=values)
        kernel = _number(text, "linear_conv_kernel_dim", default=4)
        return values * key * value + (2 * keys * key + values * value) * kernel
    hidden = _number(text, "hidden_size", "n_embd", "d_model")
    expanded = _number(
        text,
        "mamba_d_ssm",
        default=hidden * _number(text, "mamba_expand", "expand", default=1),
    )
    size = _number(text, "mamba_d_state", "state_size", default=0)
    groups = _number(text, "mamba_n_groups", "n_groups", default=1)
    kernel = _number(text, "mamba_d_conv", "conv_kernel", "conv_L_cache", default=4)
    return expanded * size + (expanded + 2 * groups * size) * kernel


def _state_mixing(text: Mapping[str, object]) -> int:
    """Return the numbers a token takes inside a layer of gated linear attention."""
    values = _number(text, "linear_num_value_heads", default=0)
    key, value = (
        _number(text, f"linear_{part}_head_dim", default=0) for part in ("key", "value")
    )
    return STATE_ROWS * values * (key + value)


def _feed_forward(text: Mapping[str, object], inner: int) -> int:
    """Return the width that is alive at once: of experts, those one token visits."""
    expert = _number(text, "moe_intermediate_size", default=0)
    chosen = _number(text, "num_experts_per_tok", default=0)
    return max(inner, expert * chosen)


def _expert_parameters(text: Mapping[str, object], hidden: int) -> int:
    """Return the parameters in experts: three matrices each, in sparse layers."""
    experts = _number(
        text, "n_routed_experts", "num_experts", "num_local_experts", default=0
    )
    inner = _number(text, "moe_intermediate_size", "intermediate_size", default=0)
    dense = _number(text, "first_k_dense_replace", default=0)
    layers = _number(text, "num_hidden_layers", "n_layer") - dense
    return layers * experts * 3 * hidden * inner


def _number(
    config: Mapping[str, object], *names: str, default: int | None = None
) -> int:
    for name in names:
        value = config.get(name)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return int(value)
    if default is None:
        raise SizingError(
            f"The model's configuration has no {' or '.join(names)}, which its memory "
            f"depends on; it has {', '.join(sorted(config)[:8])}. Use a decoder's "
            "config.json."
        )
    return default
