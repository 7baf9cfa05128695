"""Which tokens does the last layer need to work on? Those whose next one is foretold.

Below the last layer every token's state is read by the tokens after it. Of the last
layer they read keys and values alone; the rest of it, most of its arithmetic, matters
only where a token is foretold: at the end of a prompt and within its choices.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn


class LastLayer:
    """Lets the last layer's own products work on chosen tokens of a row only.

    What it says of the others is zero, and is to be read by nobody. Parts that are not
    known to work token by token are left as they are.
    """

    def __init__(self, network: Any) -> None:
        self._chosen: torch.Tensor | None = None
        self._lengths: list[int] = []
        for part in _parts(network):
            part.register_forward_pre_hook(self._narrow)
            part.register_forward_hook(self._widen)

    @contextmanager
    def only(
        self, chosen: Sequence[int] | None, device: torch.device
    ) -> Iterator[None]:
        """Work on chosen tokens of a row [1, tokens, width] meanwhile; None for all."""
        if chosen is not None:
            self._chosen = torch.tensor(chosen, device=device)
        try:
            yield
        finally:
            self._chosen = None
            self._lengths.clear()

    def _narrow(self, part: nn.Module, given: Any) -> Any:
        if self._chosen is None:
            return None
        self._lengths.append(given[0].shape[1])
        return (given[0].index_select(1, self._chosen),)

    def _widen(self, part: nn.Module, given: Any, found: torch.Tensor) -> Any:
        if self._chosen is None:
            return None
        whole = found.new_zeros(1, self._lengths.pop(), found.shape[-1])
        return whole.index_copy_(1, self._chosen, found)


def _parts(network: Any) -> list[nn.Module]:
    """Return the parts of the last layer that take each token for itself."""
    count = network.config.get_text_config().num_hidden_layers
    layers = [
        one
        for one in network.modules()
        if isinstance(one, nn.ModuleList) and len(one) == count
    ]
    if not layers:
        return []
    last = layers[0][-1]
    attention = getattr(last, "self_attn", None)
    named = [
        getattr(attention, "q_proj", None),
        getattr(attention, "o_proj", None),
        getattr(last, "mlp", None),
    ]
    return [one for one in named if one is not None and _is_plain(one)]


def _is_plain(part: nn.Module) -> bool:
    """Say whether all that a part has learned is in linear layers of one input."""
    linear = [one for one in part.modules() if type(one) is nn.Linear]
    learned = {id(one) for layer in linear for one in layer.parameters()}
    return {id(one) for one in part.parameters()} == learned
