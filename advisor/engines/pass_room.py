"""How much may one pass of a model read, so that its memory suffices?

Foretold from the model's shape, then corrected by what the first passes really took.
All figures in bytes.
"""

from typing import Any

import torch

from advisor.engines.device_memory import free_bytes
from advisor.engines.process_memory import status_bytes

# Of the memory at hand, the shares that kept states and one pass's own may take.
_KEPT, _PASSING = 0.5, 0.25
# More tokens in a pass gain nothing: the matrices are large enough long before. Those
# of a GPU, which has many times the processors, are not.
MOST_TOKENS, _MOST_TOKENS_ON_GPU, _FIRST_TOKENS = 1024, 16384, 256
_UNTOLD = 1 << 33


class PassRoom:
    """The most tokens of a pass, and the most rows, by memory."""

    def __init__(self, network: Any, *, limit: int | None) -> None:
        self._limit = limit
        self._device = next(network.parameters()).device
        on_gpu = self._device.type == "cuda"
        self._most = _MOST_TOKENS_ON_GPU if on_gpu else MOST_TOKENS
        self.kept_per_token = kept_bytes_per_token(network)
        self._per_token = passing_bytes_per_token(network)
        self._correction = 1.0
        self._peak = self._highest()
        self._proven, self._largest = False, 0

    @property
    def tokens(self) -> int:
        """Return how many tokens the next pass may read."""
        most = self._most if self._proven else _FIRST_TOKENS
        each = self._per_token * self._correction
        return max(1, min(most, int(_PASSING * self._free() / each)))

    def rows(self, longest: int, most: int) -> int:
        """Return how many rows of up to `longest` tokens may be kept, at most `most`.

        Widening the buffers holds one layer's old and new at once; counted twice.
        """
        each = 2 * longest * self.kept_per_token + self._per_token * self._correction
        return max(1, min(most, int(_KEPT * self._free() / each)))

    def passed(self, tokens: int) -> None:
        """Take in that a pass of so many tokens is over: what did it really take?"""
        if self._device.type == "cuda" and tokens <= self._largest:
            # Asking takes time there, and a pass no larger than another tells nothing.
            return
        self._largest = tokens
        before, self._peak = self._peak, self._highest()
        if tokens < _FIRST_TOKENS // 8:
            return
        self._proven = True
        if before is None or self._peak is None:
            return
        if self._peak > before:
            took = (self._peak - self._stayed(before)) / tokens / self._per_token
            self._correction = max(self._correction, took)

    def ran_out(self) -> None:
        """Take in that memory ran out all the same: read half as much from now on."""
        self._correction *= 2

    def _free(self) -> int:
        free = free_bytes(self._device, self._limit)
        return _UNTOLD if free is None else free

    def _stayed(self, before: int) -> int:
        """Return what a pass began with; a GPU tells apart what stays after it."""
        if self._device.type == "cuda":
            return int(torch.cuda.memory_allocated(self._device))
        return before

    def _highest(self) -> int | None:
        if self._device.type == "cuda":
            return int(torch.cuda.max_memory_allocated(self._device))
        return status_bytes("VmHWM")


def kept_bytes_per_token(network: Any) -> int:
    """Return what keys and values of one token take, in all layers."""
    layers = _layers(network.config.get_text_config())
    return max(1, 2 * sum(map(_kept_numbers, layers)) * int(network.dtype.itemsize))


def _layers(config: Any) -> list[Any]:
    """Return the configuration of each layer; of some models they differ (Gemma 4)."""
    if getattr(config, "is_heterogeneous", False):
        return list(config.per_layer_config)
    return [config] * int(getattr(config, "num_hidden_layers", 1))


def _kept_numbers(layer: Any) -> int:
    heads = getattr(layer, "num_attention_heads", 1) or 1
    kept = getattr(layer, "num_key_value_heads", None) or heads
    size = getattr(layer, "head_dim", None) or layer.hidden_size // heads
    return int(kept) * int(size)


def _inner_width(layer: Any) -> int:
    told = getattr(layer, "intermediate_size", None) or 4 * int(layer.hidden_size)
    # Some list the widths of all layers (Gemma 3n).
    return int(max(told) if isinstance(told, list | tuple) else told)


def passing_bytes_per_token(network: Any) -> int:
    """Return what one token of a pass takes at the most, foretold.

    One layer's states are alive at a time: about eight of the model's width, three of
    the inner width, and the logits with their copy in single precision.
    """
    config = network.config.get_text_config()
    width = int(config.hidden_size)
    inner = max(map(_inner_width, _layers(config)))
    words = int(config.vocab_size)
    item = int(network.dtype.itemsize)
    return (8 * width + 3 * inner) * item + words * (item + 4)
