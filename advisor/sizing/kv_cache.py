"""How many bytes does a model remember of the sequences it is working on?"""

from dataclasses import replace
from math import ceil

from advisor.sizing.architecture import Architecture, Layer


def tokens_kept(layer: Layer, tokens: int, block: int = 1) -> int:
    """Return the tokens that ``layer`` keeps of ``tokens``, in whole blocks.

    Paged engines hand out memory in blocks of ``block`` tokens.
    """
    if layer.kind == "state":
        return 1
    kept = tokens if layer.window is None else min(tokens, layer.window)
    return ceil(kept / block) * block


def layer_bytes(
    layer: Layer,
    tokens: int,
    bytes_per_value: float,
    *,
    block: int = 1,
    latent: bool = False,
    whole: bool = False,
) -> float:
    """Return the bytes that one layer keeps of one sequence of ``tokens``.

    ``latent`` says whether the engine caches the compressed row of latent
    attention; engines that do not keep the expanded keys and values. ``whole`` ignores
    windows: what an engine holds that cuts a text to the window after reading it.
    """
    expanded = layer.kind == "latent" and not latent and layer.expanded
    width = layer.expanded if expanded else layer.width
    kept = tokens_kept(replace(layer, window=None) if whole else layer, tokens, block)
    return kept * float(width or 0) * bytes_per_value


def sequence_bytes(
    shape: Architecture,
    tokens: int,
    bytes_per_value: float,
    *,
    block: int = 1,
    latent: bool = False,
    whole: bool = False,
) -> float:
    """Return the bytes that all layers keep of one sequence of ``tokens``."""
    return sum(
        layer_bytes(
            layer, tokens, bytes_per_value, block=block, latent=latent, whole=whole
        )
        for layer in shape.layers
    )


def largest_layer_bytes(
    shape: Architecture, tokens: int, bytes_per_value: float
) -> float:
    """Return the bytes of the layer that keeps most: what growing it copies."""
    return max(layer_bytes(layer, tokens, bytes_per_value) for layer in shape.layers)
