"""Build one model with random weights and a tokenizer of plain words.

Run by ``tests.bench.memory`` in a process of its own, so that the one who measures
never loads torch.
"""

import json
import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedTokenizerFast


def build(kind: str, shape: dict, stored: str, folder: Path) -> int:
    """Save the model; return its parameters."""
    config = AutoConfig.for_model(kind, **shape)
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(config, dtype=getattr(torch, stored))
    # Without an end token each answer is as long as it was asked to be.
    model.generation_config.eos_token_id = None
    model.save_pretrained(folder)
    words = {f"w{number}": number for number in range(shape["vocab_size"])}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="w0"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    PreTrainedTokenizerFast(tokenizer_object=tokenizer).save_pretrained(folder)
    return sum(p.numel() for p in model.parameters())


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    print(build(given["kind"], given["shape"], given["stored"], Path(given["folder"])))
