"""How is a model tuned through a few added weights, and made plain again?

LoRA (Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021) trains two
small matrices beside each linear part. Afterwards they are added into the weights, so
that the result loads without peft, which is an optional extra of this product.
"""

from typing import Any

import torch

from advisor.tuning.order import has_peft
from advisor.tuning.reading import NotTrainableError

INSTALL = "pip install peft==0.21.2"
# The usual choice: the added part counts twice what its rank would make of it.
SCALE = 2


class PeftMissingError(NotTrainableError):
    """Raised where LoRA is asked for and the extra is not installed."""


def add_adapters(model: Any, *, rank: int, seed: int) -> Any:
    """Put adapters of ``rank`` beside every linear part; only they are trained.

    The model is changed in place and keeps its class. Returns what `merged` takes.
    Raises PeftMissingError without the extra.
    """
    if not has_peft():
        raise PeftMissingError(
            f"LoRA needs the extra package peft, which is not installed. Run: {INSTALL}"
            " - or tune all weights instead."
        )
    from peft import LoraConfig
    from peft.tuners.lora import LoraModel

    torch.manual_seed(seed)
    config = LoraConfig(
        r=rank,
        lora_alpha=SCALE * rank,
        lora_dropout=0.0,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
        fan_in_fan_out=_transposed(model),
    )
    return LoraModel(model, config, "default")


def merged(adapted: Any) -> Any:
    """Add the adapters into the weights; the result is the plain model."""
    model = adapted.merge_and_unload()
    for weight in model.parameters():
        weight.requires_grad_(True)
    return model


def _transposed(model: Any) -> bool:
    """Say whether linear parts hold their weights the other way round, as GPT-2's."""
    return any(type(part).__name__ == "Conv1D" for part in model.modules())
