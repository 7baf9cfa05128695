"""What does setting single weights to zero bring? Nothing that can be measured here.

The smallest weights of every linear part become zero (magnitude pruning). The file
keeps its size and every product its length, since dense files and dense products hold
zeros like any number: only hardware made for it would gain. Shown as what it is.
"""

from typing import Any

import torch
from torch import nn


@torch.no_grad()
def zero_smallest(model: Any, share: float) -> float:
    """Set ``share`` in [0, 1) of each linear part's weights to zero, in place.

    Embeddings and the last layer, which may be one matrix, are left alone. Returns the
    share of all parameters that is zero afterwards.
    """
    if not 0 <= share < 1:
        raise ValueError(f"The share lies from 0 to under 1, not at {share}.")
    ends = (model.get_input_embeddings(), model.get_output_embeddings())
    for part in model.modules():
        if part in ends or not _is_linear(part):
            continue
        flat = part.weight.abs().flatten()
        gone = int(share * flat.numel())
        if gone:
            smallest = torch.topk(flat, gone, largest=False).indices
            part.weight.view(-1)[smallest] = 0.0
    every = list(model.parameters())
    zeros = sum(int((weight == 0).sum()) for weight in every)
    whole: int = sum(weight.numel() for weight in every)
    return zeros / whole


def _is_linear(part: nn.Module) -> bool:
    return isinstance(part, nn.Linear) or type(part).__name__ == "Conv1D"
