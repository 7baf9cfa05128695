"""How is any causal language model of a folder opened for tuning?

The folder is checked as the engine checks it (safetensors alone, no code of others) and
loaded by plain transformers in 32 bits, with attention that is fast to train on a CPU.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from advisor.engines.device_memory import is_out_of_memory
from advisor.engines.model_files import (
    UnsafeModelError,
    Weights,
    check_folder,
    weights_sha256,
)
from advisor.engines.process_memory import available_bytes
from advisor.tuning.reading import EngineEncoder, NotTrainableError

# Weights, gradients and two moments in 32 bits; activations come on top.
BYTES_TO_TRAIN = 16
GB = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A model with its tokenizer; ``stored`` is the type of its weights on disk."""

    folder: Path
    network: Any
    tokenizer: Any
    encoder: EngineEncoder
    stored: torch.dtype
    weights: Weights
    sha256: str


def open_folder(folder: Path) -> Opened:
    """Open a model folder. Raises NotTrainableError, which says why not."""
    try:
        weights = check_folder(folder)
    except (UnsafeModelError, OSError) as error:
        raise NotTrainableError(str(error)) from error
    try:
        tokenizer = AutoTokenizer.from_pretrained(
            folder, trust_remote_code=False, local_files_only=True, padding_side="left"
        )
        network = _loaded(folder, "eager")
    except Exception as error:
        # Libraries for tokenizers raise plain exceptions; memory is another matter.
        if is_out_of_memory(error):
            raise
        why = (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
        raise NotTrainableError(f"{folder.name} cannot be loaded: {why}") from error
    stored = network.config.dtype or torch.float32
    return Opened(
        folder=folder,
        network=network.eval(),
        tokenizer=tokenizer,
        encoder=EngineEncoder(tokenizer),
        stored=stored if isinstance(stored, torch.dtype) else torch.float32,
        weights=weights,
        sha256=weights_sha256(folder),
    )


def _loaded(folder: Path, attention: str) -> Any:
    """Load in 32 bits; the stored type stays known in the configuration."""
    network: Any = AutoModelForCausalLM.from_pretrained(
        folder,
        dtype="auto",
        attn_implementation=attention,
        trust_remote_code=False,
        local_files_only=True,
        use_safetensors=True,
    )
    stored = next(network.parameters()).dtype
    network = network.float()
    network.config.dtype = stored
    return network


def check_room(weights: Weights, *, trained: float = 1.0) -> None:
    """Refuse a model that cannot be trained in this machine's memory.

    ``trained`` is the share of the weights that is trained. An estimate: 4 bytes a
    weight, and 12 more for one that is trained.
    """
    needed = weights.parameters * (4 + (BYTES_TO_TRAIN - 4) * trained)
    room = available_bytes()
    if room is not None and needed > room:
        raise NotTrainableError(
            f"Training needs about {needed / GB:.3g} GB of memory and"
            f" {room / GB:.3g} GB are free. Use LoRA, a smaller model, or a larger"
            " machine."
        )
